// Entry of the tests of the event trace.

export { attachCpuArea as attach } from "../../../assembly/arch/percpu";
export {
  TRACE_CALL,
  TRACE_EVENT_BYTES,
  TRACE_HEAD_BYTES,
  traceCall,
  traceEvent,
  traceIsOn,
} from "../../../assembly/arch/trace";
