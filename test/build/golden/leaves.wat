 (func $attach (param $0 i32)
  (global.set $global$0
   (local.get $0)
  )
 )

 (func $jiffies (result i32)
  (i32.atomic.load offset=256
   (i32.load offset=4
    (global.get $global$0)
   )
  )
 )

 (func $rtGenid (result i32)
  (i32.atomic.load
   (i32.add
    (i32.load offset=4
     (global.get $global$0)
    )
    (i32.const 4416)
   )
  )
 )

 (func $rcuCpuOnline (type $8)
  (local $0 i32)
  (i32.atomic.store
   (local.tee $0
    (i32.add
     (global.get $global$0)
     (i32.const 192)
    )
   )
   (i32.or
    (i32.atomic.load offset=320
     (i32.load offset=4
      (global.get $global$0)
     )
    )
    (i32.const 1)
   )
  )
  (i32.atomic.store offset=128
   (local.get $0)
   (i32.or
    (i32.atomic.load offset=576
     (i32.load offset=4
      (global.get $global$0)
     )
    )
    (i32.const 1)
   )
  )
 )

 (func $dstHold (param $0 i32)
  (drop
   (i32.atomic.rmw.add
    (i32.add
     (local.get $0)
     (i32.const 128)
    )
    (i32.const 1)
   )
  )
 )

 (func $devHold (param $0 i32)
  (i32.store
   (local.tee $0
    (i32.add
     (i32.add
      (global.get $global$0)
      (i32.const 2816)
     )
     (i32.shl
      (i32.load offset=4
       (local.get $0)
      )
      (i32.const 2)
     )
    )
   )
   (i32.add
    (i32.load
     (local.get $0)
    )
    (i32.const 1)
   )
  )
 )
