;; What Go imports. The kernels import Go's memory, which exists only when Go has been given
;; its imports: so Go gets these, which call through a table that is filled later. The
;; engine goes from module to module without JavaScript in between.
(module
  (table (export "table") 10 funcref)
  ;; Whether the table is filled. If not, Go uses its own kernels.
  (global $bound (export "bound") (mut i32) (i32.const 0))
  (func (export "available") (result i32) (global.get $bound))

  (type $init (func (param i32)))
  (type $mul (func (param i64 i64 i64 i64)))
  (type $axpy (func (param i32 i32 i32 i64 i64 i32)))
  (type $bind (func (param i32 i32 i32 i64 i64)))
  (type $mulAcc (func (param i32 i32 i32 i32)))
  (type $mulAccScaled (func (param i32 i32 i32 i32 i64 i64)))
  (type $dot (func (param i32 i32 i32)))
  (type $gatherDot (func (param i32 i32 i32 i32 i32) (result i32)))

  (func (export "init") (param i32)
    (call_indirect (type $init) (local.get 0) (i32.const 0)))
  (func (export "mul") (param i64 i64 i64 i64)
    (call_indirect (type $mul) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 1)))
  (func (export "axpy") (param i32 i32 i32 i64 i64 i32)
    (call_indirect (type $axpy) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (i32.const 2)))
  (func (export "bind") (param i32 i32 i32 i64 i64)
    (call_indirect (type $bind) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (i32.const 3)))
  (func (export "mulAcc") (param i32 i32 i32 i32)
    (call_indirect (type $mulAcc) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 4)))
  (func (export "mulAccScaled") (param i32 i32 i32 i32 i64 i64)
    (call_indirect (type $mulAccScaled) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (i32.const 5)))
  (func (export "dot") (param i32 i32 i32)
    (call_indirect (type $dot) (local.get 0) (local.get 1) (local.get 2) (i32.const 6)))
  (func (export "gatherDot") (param i32 i32 i32 i32 i32) (result i32)
    (call_indirect (type $gatherDot) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (i32.const 7)))
  (func (export "pairDots") (param i32 i32 i32 i32)
    (call_indirect (type $mulAcc) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 8))))
