;; Products in GF(2^128) = GF(2)[x] / (x^128 + x^7 + x^2 + x + 1), whole vectors at a time,
;; for package libzk/gf128 on WebAssembly with SIMD. An element is 16 bytes, lowest
;; coefficients first. There is no carry-less product on this machine, so products
;; are sums of multiples that stand in tables:
;;
;;  - times: 16 multiples n·b of one factor. The other is read byte by byte from the top, its
;;    low nibbles and its high nibbles apart, as Horner has it: shift by a byte and add a
;;    multiple. What comes of the high nibbles is moved by four bits at the end.
;;  - by, for vectors with one factor k throughout: all multiples n·x^(4j)·k, so that a
;;    product is 32 loads and sums.
;;
;; Neither is constant time: provers are made for a machine that its owner trusts.
(module
  (import "go" "mem" (memory 1))
  (import "zkpass" "table" (table 10 funcref))

  ;; Go's scratch memory: two results, 16 multiples, 32 tables of 16 multiples.
  (global $scratch (mut i32) (i32.const 0))
  (global $multiples (mut i32) (i32.const 0)) ;; scratch + 32
  (global $tables (mut i32) (i32.const 0))    ;; scratch + 288

  ;; Vectors of fewer elements than this are not worth the tables of by.
  (global $long i32 (i32.const 24))

  (func $init (param $at i32)
    (global.set $scratch (local.get $at))
    (global.set $multiples (i32.add (local.get $at) (i32.const 32)))
    (global.set $tables (i32.add (local.get $at) (i32.const 288))))

  ;; x·b
  (func $double (param $b v128) (result v128)
    (v128.xor
      (i64x2.shl (local.get $b) (i32.const 1))
      (v128.and
        (v128.const i64x2 0x87 1)
        ;; the bits that leave the halves, as masks for the other half
        (i8x16.shuffle 12 13 14 15 12 13 14 15 4 5 6 7 4 5 6 7
          (i32x4.shr_s (local.get $b) (i32.const 31)) (local.get $b)))))

  ;; Writes n·b for n = 0 to 15, and returns 8·b.
  (func $expand (param $at i32) (param $b1 v128) (result v128)
    (local $b2 v128) (local $b4 v128) (local $b8 v128) (local $b3 v128) (local $b7 v128) (local $s v128)
    (local.set $b2 (call $double (local.get $b1)))
    (local.set $b4 (call $double (local.get $b2)))
    (local.set $b8 (call $double (local.get $b4)))
    (local.set $b3 (v128.xor (local.get $b1) (local.get $b2)))
    (local.set $b7 (v128.xor (local.get $b3) (local.get $b4)))
    (v128.store offset=0 (local.get $at) (v128.const i64x2 0 0))
    (v128.store offset=16 (local.get $at) (local.get $b1))
    (v128.store offset=32 (local.get $at) (local.get $b2))
    (v128.store offset=48 (local.get $at) (local.get $b3))
    (v128.store offset=64 (local.get $at) (local.get $b4))
    (v128.store offset=80 (local.get $at) (v128.xor (local.get $b4) (local.get $b1)))
    (v128.store offset=96 (local.get $at) (v128.xor (local.get $b4) (local.get $b2)))
    (v128.store offset=112 (local.get $at) (local.get $b7))
    (v128.store offset=128 (local.get $at) (local.get $b8))
    (v128.store offset=144 (local.get $at) (v128.xor (local.get $b8) (local.get $b1)))
    (v128.store offset=160 (local.get $at) (v128.xor (local.get $b8) (local.get $b2)))
    (v128.store offset=176 (local.get $at) (v128.xor (local.get $b8) (local.get $b3)))
    (local.set $s (v128.xor (local.get $b8) (local.get $b4)))
    (v128.store offset=192 (local.get $at) (local.get $s))
    (v128.store offset=208 (local.get $at) (v128.xor (local.get $s) (local.get $b1)))
    (v128.store offset=224 (local.get $at) (v128.xor (local.get $s) (local.get $b2)))
    (v128.store offset=240 (local.get $at) (v128.xor (local.get $b8) (local.get $b7)))
    (local.get $b8))

  ;; a·b, with a in two halves
  (func $times (param $lo i64) (param $hi i64) (param $b v128) (result v128)
    (local $word i64) (local $at i32) (local $steps i32)
    (local $l0 v128) (local $l1 v128) (local $h0 v128) (local $h1 v128) (local $c v128) (local $zero v128)
    (local.set $at (global.get $multiples))
    (drop (call $expand (local.get $at) (local.get $b)))
    (local.set $word (local.get $hi))
    (local.set $steps (i32.const 16))
    (loop $bytes
      ;; l = x^8·l + (low nibble)·b, of 256 bits
      (local.set $l1 (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 (local.get $l0) (local.get $l1)))
      (local.set $l0 (v128.xor
        (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 (local.get $zero) (local.get $l0))
        (v128.load (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 52))) (i32.const 0xf0))))))
      ;; the same with the high nibble
      (local.set $h1 (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 (local.get $h0) (local.get $h1)))
      (local.set $h0 (v128.xor
        (i8x16.shuffle 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 (local.get $zero) (local.get $h0))
        (v128.load (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 56))) (i32.const 0xf0))))))
      (local.set $word (i64.shl (local.get $word) (i64.const 8)))
      (local.set $steps (i32.sub (local.get $steps) (i32.const 1)))
      (if (i32.eq (local.get $steps) (i32.const 8)) (then (local.set $word (local.get $lo))))
      (br_if $bytes (local.get $steps)))
    ;; l + x^4·h
    (local.set $c (i64x2.shr_u (local.get $h0) (i32.const 60)))
    (local.set $l0 (v128.xor (local.get $l0) (v128.xor
      (i64x2.shl (local.get $h0) (i32.const 4))
      (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $zero) (local.get $c)))))
    (local.set $l1 (v128.xor (local.get $l1) (v128.xor
      (i64x2.shl (local.get $h1) (i32.const 4))
      (i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 (local.get $c) (i64x2.shr_u (local.get $h1) (i32.const 60))))))
    ;; x^128·l1 = (x^7 + x^2 + x + 1)·l1; c is what that moves out of each half
    (local.set $c (v128.xor
      (i64x2.shr_u (local.get $l1) (i32.const 57))
      (v128.xor (i64x2.shr_u (local.get $l1) (i32.const 62)) (i64x2.shr_u (local.get $l1) (i32.const 63)))))
    (local.set $l0 (v128.xor
      (v128.xor (local.get $l0) (local.get $l1))
      (v128.xor
        (v128.xor (i64x2.shl (local.get $l1) (i32.const 1)) (i64x2.shl (local.get $l1) (i32.const 2)))
        (v128.xor (i64x2.shl (local.get $l1) (i32.const 7))
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $zero) (local.get $c))))))
    ;; what leaves the upper half is below x^7, and is reduced once more
    (local.set $c (i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 (local.get $c) (local.get $zero)))
    (v128.xor
      (v128.xor (local.get $l0) (local.get $c))
      (v128.xor
        (v128.xor (i64x2.shl (local.get $c) (i32.const 1)) (i64x2.shl (local.get $c) (i32.const 2)))
        (i64x2.shl (local.get $c) (i32.const 7)))))

  ;; a·b of two elements in memory
  (func $product (param $a i32) (param $b i32) (result v128)
    (call $times (i64.load (local.get $a)) (i64.load offset=8 (local.get $a)) (v128.load (local.get $b))))

  ;; Writes n·x^(4j)·k for n = 0 to 15 and j = 0 to 31.
  (func $fix (param $k v128)
    (local $at i32) (local $end i32)
    (local.set $at (global.get $tables))
    (local.set $end (i32.add (local.get $at) (i32.const 8192)))
    (loop $positions
      (local.set $k (call $double (call $expand (local.get $at) (local.get $k))))
      (local.set $at (i32.add (local.get $at) (i32.const 256)))
      (br_if $positions (i32.lt_u (local.get $at) (local.get $end)))))

  ;; k·v for the k of fix
  (func $by (param $v v128) (result v128)
    (local $word i64) (local $at i32) (local $end i32) (local $sum v128) (local $other v128)
    (local.set $at (global.get $tables))
    (local.set $end (i32.add (local.get $at) (i32.const 8192)))
    (local.set $word (i64x2.extract_lane 0 (local.get $v)))
    (loop $halves
      (local.set $sum (v128.xor (local.get $sum) (v128.load offset=0
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shl (local.get $word) (i64.const 4))) (i32.const 0xf0))))))
      (local.set $other (v128.xor (local.get $other) (v128.load offset=256
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (local.get $word)) (i32.const 0xf0))))))
      (local.set $sum (v128.xor (local.get $sum) (v128.load offset=512
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 4))) (i32.const 0xf0))))))
      (local.set $other (v128.xor (local.get $other) (v128.load offset=768
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 8))) (i32.const 0xf0))))))
      (local.set $sum (v128.xor (local.get $sum) (v128.load offset=1024
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 12))) (i32.const 0xf0))))))
      (local.set $other (v128.xor (local.get $other) (v128.load offset=1280
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 16))) (i32.const 0xf0))))))
      (local.set $sum (v128.xor (local.get $sum) (v128.load offset=1536
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 20))) (i32.const 0xf0))))))
      (local.set $other (v128.xor (local.get $other) (v128.load offset=1792
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 24))) (i32.const 0xf0))))))
      (local.set $sum (v128.xor (local.get $sum) (v128.load offset=2048
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 28))) (i32.const 0xf0))))))
      (local.set $other (v128.xor (local.get $other) (v128.load offset=2304
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 32))) (i32.const 0xf0))))))
      (local.set $sum (v128.xor (local.get $sum) (v128.load offset=2560
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 36))) (i32.const 0xf0))))))
      (local.set $other (v128.xor (local.get $other) (v128.load offset=2816
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 40))) (i32.const 0xf0))))))
      (local.set $sum (v128.xor (local.get $sum) (v128.load offset=3072
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 44))) (i32.const 0xf0))))))
      (local.set $other (v128.xor (local.get $other) (v128.load offset=3328
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 48))) (i32.const 0xf0))))))
      (local.set $sum (v128.xor (local.get $sum) (v128.load offset=3584
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 52))) (i32.const 0xf0))))))
      (local.set $other (v128.xor (local.get $other) (v128.load offset=3840
        (i32.add (local.get $at) (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 56))) (i32.const 0xf0))))))
      (local.set $word (i64x2.extract_lane 1 (local.get $v)))
      (local.set $at (i32.add (local.get $at) (i32.const 4096)))
      (br_if $halves (i32.lt_u (local.get $at) (local.get $end))))
    (v128.xor (local.get $sum) (local.get $other)))

  ;; The result is a·b.
  (func $mul (param $a0 i64) (param $a1 i64) (param $b0 i64) (param $b1 i64)
    (v128.store (global.get $scratch)
      (call $times (local.get $a0) (local.get $a1)
        (i64x2.replace_lane 1 (i64x2.splat (local.get $b0)) (local.get $b1)))))

  ;; dst[i] += k·x[i] if acc is all ones, dst[i] = k·x[i] if it is zero
  (func $axpy (param $dst i32) (param $x i32) (param $n i32) (param $k0 i64) (param $k1 i64) (param $acc i32)
    (local $end i32) (local $k v128) (local $mask v128)
    (local.set $k (i64x2.replace_lane 1 (i64x2.splat (local.get $k0)) (local.get $k1)))
    (local.set $mask (i32x4.splat (local.get $acc)))
    (local.set $end (i32.add (local.get $dst) (i32.shl (local.get $n) (i32.const 4))))
    (if (i32.lt_u (local.get $n) (global.get $long))
      (then
        (loop $short
          (if (i32.ge_u (local.get $dst) (local.get $end)) (then (return)))
          (v128.store (local.get $dst) (v128.xor
            (v128.and (local.get $mask) (v128.load (local.get $dst)))
            (call $times (i64.load (local.get $x)) (i64.load offset=8 (local.get $x)) (local.get $k))))
          (local.set $dst (i32.add (local.get $dst) (i32.const 16)))
          (local.set $x (i32.add (local.get $x) (i32.const 16)))
          (br $short))))
    (call $fix (local.get $k))
    (loop $elements
      (v128.store (local.get $dst) (v128.xor
        (v128.and (local.get $mask) (v128.load (local.get $dst)))
        (call $by (v128.load (local.get $x)))))
      (local.set $dst (i32.add (local.get $dst) (i32.const 16)))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $elements (i32.lt_u (local.get $dst) (local.get $end)))))

  ;; dst[i] = src[2i] + c·(src[2i] + src[2i+1])
  (func $bind (param $dst i32) (param $src i32) (param $n i32) (param $c0 i64) (param $c1 i64)
    (local $end i32) (local $c v128) (local $a v128) (local $d v128)
    (local.set $c (i64x2.replace_lane 1 (i64x2.splat (local.get $c0)) (local.get $c1)))
    (local.set $end (i32.add (local.get $dst) (i32.shl (local.get $n) (i32.const 4))))
    (if (i32.lt_u (local.get $n) (global.get $long))
      (then
        (loop $short
          (if (i32.ge_u (local.get $dst) (local.get $end)) (then (return)))
          (local.set $a (v128.load (local.get $src)))
          (local.set $d (v128.xor (local.get $a) (v128.load offset=16 (local.get $src))))
          (v128.store (local.get $dst) (v128.xor (local.get $a)
            (call $times (i64x2.extract_lane 0 (local.get $d)) (i64x2.extract_lane 1 (local.get $d)) (local.get $c))))
          (local.set $dst (i32.add (local.get $dst) (i32.const 16)))
          (local.set $src (i32.add (local.get $src) (i32.const 32)))
          (br $short))))
    (call $fix (local.get $c))
    (loop $elements
      (local.set $a (v128.load (local.get $src)))
      (v128.store (local.get $dst) (v128.xor (local.get $a)
        (call $by (v128.xor (local.get $a) (v128.load offset=16 (local.get $src))))))
      (local.set $dst (i32.add (local.get $dst) (i32.const 16)))
      (local.set $src (i32.add (local.get $src) (i32.const 32)))
      (br_if $elements (i32.lt_u (local.get $dst) (local.get $end)))))

  ;; dst[i] += x[i]·y[i]
  (func $mulAcc (param $dst i32) (param $x i32) (param $y i32) (param $n i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $dst) (i32.shl (local.get $n) (i32.const 4))))
    (loop $elements
      (if (i32.ge_u (local.get $dst) (local.get $end)) (then (return)))
      (v128.store (local.get $dst) (v128.xor (v128.load (local.get $dst)) (call $product (local.get $x) (local.get $y))))
      (local.set $dst (i32.add (local.get $dst) (i32.const 16)))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br $elements)))

  ;; dst[i] += k·x[i]·y[i]
  (func $mulAccScaled (param $dst i32) (param $x i32) (param $y i32) (param $n i32) (param $k0 i64) (param $k1 i64)
    (local $end i32) (local $k v128) (local $p v128)
    (local.set $k (i64x2.replace_lane 1 (i64x2.splat (local.get $k0)) (local.get $k1)))
    (local.set $end (i32.add (local.get $dst) (i32.shl (local.get $n) (i32.const 4))))
    (if (i32.ge_u (local.get $n) (global.get $long)) (then (call $fix (local.get $k))))
    (loop $elements
      (if (i32.ge_u (local.get $dst) (local.get $end)) (then (return)))
      (local.set $p (call $product (local.get $x) (local.get $y)))
      (if (i32.ge_u (local.get $n) (global.get $long))
        (then (local.set $p (call $by (local.get $p))))
        (else (local.set $p (call $times (i64x2.extract_lane 0 (local.get $p)) (i64x2.extract_lane 1 (local.get $p)) (local.get $k)))))
      (v128.store (local.get $dst) (v128.xor (v128.load (local.get $dst)) (local.get $p)))
      (local.set $dst (i32.add (local.get $dst) (i32.const 16)))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br $elements)))

  ;; The result is Σ x[i]·y[i].
  (func $dot (param $x i32) (param $y i32) (param $n i32)
    (local $end i32) (local $sum v128)
    (local.set $end (i32.add (local.get $x) (i32.shl (local.get $n) (i32.const 4))))
    (block $done
      (loop $elements
        (br_if $done (i32.ge_u (local.get $x) (local.get $end)))
        (local.set $sum (v128.xor (local.get $sum) (call $product (local.get $x) (local.get $y))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (local.set $y (i32.add (local.get $y) (i32.const 16)))
        (br $elements)))
    (v128.store (global.get $scratch) (local.get $sum)))

  ;; The result is Σ k[t]·x[idx[t]]; returned is 0 if an index is not below size.
  (func $gatherDot (param $k i32) (param $x i32) (param $size i32) (param $idx i32) (param $n i32) (result i32)
    (local $end i32) (local $sum v128) (local $i i32)
    (local.set $end (i32.add (local.get $k) (i32.shl (local.get $n) (i32.const 4))))
    (block $done
      (loop $elements
        (br_if $done (i32.ge_u (local.get $k) (local.get $end)))
        (local.set $i (i32.load (local.get $idx)))
        (if (i32.ge_u (local.get $i) (local.get $size)) (then (return (i32.const 0))))
        (local.set $sum (v128.xor (local.get $sum)
          (call $product (local.get $k) (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 4))))))
        (local.set $k (i32.add (local.get $k) (i32.const 16)))
        (local.set $idx (i32.add (local.get $idx) (i32.const 4)))
        (br $elements)))
    (v128.store (global.get $scratch) (local.get $sum))
    (i32.const 1))

  ;; The results are Σ q0·v0 and Σ (q0+q1)·(v0+v1) over rows that are stride bytes apart.
  (func $pairDots (param $q i32) (param $v i32) (param $stride i32) (param $rows i32)
    (local $s0 v128) (local $s1 v128) (local $d v128)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $rows)))
        (local.set $s0 (v128.xor (local.get $s0) (call $product (local.get $q) (local.get $v))))
        (local.set $d (v128.xor (v128.load (local.get $q)) (v128.load offset=16 (local.get $q))))
        (local.set $s1 (v128.xor (local.get $s1) (call $times
          (i64x2.extract_lane 0 (local.get $d)) (i64x2.extract_lane 1 (local.get $d))
          (v128.xor (v128.load (local.get $v)) (v128.load offset=16 (local.get $v))))))
        (local.set $q (i32.add (local.get $q) (local.get $stride)))
        (local.set $v (i32.add (local.get $v) (local.get $stride)))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $next)))
    (v128.store (global.get $scratch) (local.get $s0))
    (v128.store offset=16 (global.get $scratch) (local.get $s1)))

  (elem (i32.const 0) $init $mul $axpy $bind $mulAcc $mulAccScaled $dot $gatherDot $pairDots))
