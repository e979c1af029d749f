 (func $attach (param $0 i32)
 )
