#!/usr/bin/env python3
"""Makes rsa-2048.json, rsa-3072.json and rsa-4096.json: RSA signatures inside a proof, computed by other means than
the package's. Integers are Python's, the exponents are compared as integers and as powers in GF(2^128).

    reference.py DIR    writes the three files; needs the standard library, and openssl to check the signatures

The private keys are in the files, and the same every time: for tests only. README.md says what the members are.
"""
import base64, functools, hashlib, json, os, subprocess, sys, tempfile

# ---- GF(2^128): an int, bit i the coefficient of x^i. A product spreads bits to bytes, which hold the carries apart.
ORDER = 2**128 - 1
SPREAD = [sum(((v >> i) & 1) << (8 * i) for i in range(8)) for v in range(256)]
ONES = int.from_bytes(b"\x01" * 256, "little")
TO_ASCII = bytes(48 + (i & 1) for i in range(256))


def spread(a):
    return sum(SPREAD[v] << (64 * i) for i, v in enumerate(a.to_bytes(16, "little")))


def mul(a, b):
    r = int(((spread(a) * spread(b)) & ONES).to_bytes(256, "big").translate(TO_ASCII), 2)
    for _ in range(2):
        lo, hi = r & ORDER, r >> 128
        r = lo ^ hi ^ (hi << 1) ^ (hi << 2) ^ (hi << 7)
    return r


def power(a, n):
    n, r = n % ORDER, 1
    while n:
        if n & 1:
            r = mul(r, a)
        a, n = mul(a, a), n >> 1
    return r


@functools.lru_cache(maxsize=None)
def g(n):
    return power(2, n)


# ---- primes
def is_prime(n, bases=(2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
    """Miller-Rabin: exact below 3.18e23 with these bases (Sorenson, Webster)."""
    if any(n % p == 0 for p in bases):
        return n in bases
    d, r = n - 1, 0
    while d % 2 == 0:
        d, r = d // 2, r + 1
    for a in bases:
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(r - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def stream(seed):
    """SHA-256(seed, LE64(0)), SHA-256(seed, LE64(1)), ..."""
    state = [0, b""]

    def read(k):
        while len(state[1]) < k:
            state[1] += hashlib.sha256(seed + state[0].to_bytes(8, "little")).digest()
            state[0] += 1
        r, state[1] = state[1][:k], state[1][k:]
        return r
    return read


def draw(read):
    out = []
    while len(out) < 3:
        m = 2**57 + 2 * (int.from_bytes(read(8), "little") & (2**56 - 1)) + 1
        if m not in out and is_prime(m):
            out.append(m)
    return out


# ---- RSA
E = 65537
INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def make_key(n):
    read = stream(f"zkpass rs256 vector key {n}".encode())
    small = [p for p in range(3, 2000, 2) if all(p % q for q in range(3, p, 2))]

    def prime():
        while True:
            v = int.from_bytes(read(n // 16), "big") | 3 << (n // 2 - 2) | 1
            if all(v % p for p in small) and v % E != 1 and is_prime(v, (2, 3, 5, 7, 11, 13, 17, 19)):
                return v
    p, q = prime(), prime()
    return max(p, q), min(p, q)


def der(tag, body):
    k = len(body)
    size = bytes([k]) if k < 128 else bytes([0x80 + (k.bit_length() + 7) // 8]) + k.to_bytes((k.bit_length() + 7) // 8, "big")
    return bytes([tag]) + size + body


def public_pem(N):
    number = lambda v: der(2, v.to_bytes(v.bit_length() // 8 + 1, "big"))
    key = der(0x30, der(0x30, bytes.fromhex("06092a864886f70d0101010500")) + der(3, b"\0" + der(0x30, number(N) + number(E))))
    t = base64.b64encode(key).decode()
    return "-----BEGIN PUBLIC KEY-----\n" + "\n".join(t[i:i + 64] for i in range(0, len(t), 64)) + "\n-----END PUBLIC KEY-----\n"


def openssl_verifies(N, text, signature, *options):
    with tempfile.TemporaryDirectory() as t:
        for name, body in (("k", public_pem(N).encode()), ("m", text), ("s", signature)):
            with open(os.path.join(t, name), "wb") as f:
                f.write(body)
        at = lambda name: os.path.join(t, name)
        done = subprocess.run(["openssl", "dgst", "-sha256", *options, "-verify", at("k"), "-signature", at("s"), at("m")], capture_output=True)
        return done.returncode == 0


def pkcs1(n, digest):
    """EM and its constant part."""
    k = n // 8
    head = b"\0\1" + b"\xff" * (k - 3 - len(INFO) - 32) + b"\0" + INFO
    constant = int.from_bytes(head, "big") << 256
    return constant + int.from_bytes(digest, "big"), constant


def pss(n, digest, salt):
    k = n // 8
    h = hashlib.sha256(bytes(8) + digest + salt).digest()
    mask = b"".join(hashlib.sha256(h + i.to_bytes(4, "big")).digest() for i in range(20))
    db = bytes(k - 66) + b"\1" + salt
    masked = int.from_bytes(bytes(a ^ b for a, b in zip(db, mask)), "big") & ~(1 << (8 * len(db) - 1))
    return int.from_bytes(masked.to_bytes(len(db), "big") + h + b"\xbc", "big"), 0xbc


def crafted(n, N, em, digest):
    """Blocks that the owner of a key can sign and RFC 8017 refuses."""
    k = n // 8

    def block(info, pad=None, tail=b""):
        body = info + digest
        pad = k - 3 - len(body) - len(tail) if pad is None else pad
        return int.from_bytes(b"\0\1" + b"\xff" * pad + b"\0" + body + tail, "big")
    garbage = bytes(i * 7 % 256 for i in range(k - 3 - 8 - 51))
    out = {
        "a padding byte is fe": em ^ 1 << (8 * 100),
        "block type 02": em ^ 3 << (n - 16),
        "first byte 02": em | 1 << (n - 7),
        "no zero byte after the padding": em | 0xff << (8 * 51),
        "DigestInfo of SHA-1": em ^ 0x0b << (8 * 40),
        "DigestInfo without NULL": block(bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20"),
        "digest without DigestInfo": block(b""),
        "eight bytes of padding, DigestInfo, digest, then garbage": block(INFO, 8, garbage),
    }
    return {name: v % N for name, v in out.items()}


# ---- the chain, and the copies for one prime
bits = lambda v, n: [v >> i & 1 for i in range(n)]


def chain(N, s, em):
    x, q = [s], []
    for _ in range(16):
        q.append(x[-1]**2 // N)
        x.append(x[-1]**2 % N)
    last = x[16] * s - em
    assert last % N == 0
    return x, q + [last // N]


def modulo(n, N, x, q, em, constant, M):
    X = [v % M for v in x]
    position = [pow(2, j, M) for j in range(n)]
    quotient = [-p * N % M for p in position]
    block = [-p % M for p in position]
    total = lambda v, w: sum(c for b, c in zip(bits(v, n), w) if b)
    U = total(em - constant, block) + -constant % M
    copies = []

    def copy(name, left, right, long, remainder, kappa_bits):
        kappa, rest = divmod(left * right + long - remainder, M)
        assert rest == 0 and 0 <= kappa < 1 << kappa_bits
        assert mul(power(g(left), right), g(long)) == mul(g(remainder), power(g(M), kappa))
        copies.append({"copy": name, "kappa": str(kappa), "long": g(long).to_bytes(16, "little").hex()})
    copy("s", 0, 0, total(x[0], position), X[0], 12)
    copy("half", 0, 0, total(x[8], position), X[8], 12)
    copies.append({"copy": "em", "kappa": "0", "long": g(U).to_bytes(16, "little").hex()})
    for i in range(1, 17):
        copy(f"square {i}", X[i - 1], X[i - 1], total(q[i - 1], quotient), X[i], 59)
    copy("message", X[16], X[0], total(q[16], quotient) + U, 0, 59)
    copies[-1]["long"] = g(total(q[16], quotient)).to_bytes(16, "little").hex()
    return {
        "M": str(M), "X": [str(v) for v in X], "H": [g(v).to_bytes(16, "little").hex() for v in X], "U": str(U), "copies": copies,
        "position": [str(position[j]) for j in (0, 57, 58, n - 1)], "quotient": [str(quotient[j]) for j in (0, 1, n - 1)],
        "block": [str(block[j]) for j in (0, 1, n - 1)], "constant": str(-constant % M),
    }


def signature_case(n, N, d, em, constant):
    s = pow(em, d, N)
    x, q = chain(N, s, em)
    primes = draw(stream(f"zkpass rs256 vector primes {n}".encode()))
    top = lambda v: v >> (n - 126)
    h = lambda v: v.to_bytes(n // 8, "big").hex()
    return s, {
        "signature": h(s), "encoded_message": h(em), "x": [h(v) for v in x], "quotients": [h(v) for v in q],
        "t": str(top(N) - 1 - top(s)), "primes": [modulo(n, N, x, q, em, constant, M) for M in primes],
    }


def main(folder):
    for n in (2048, 3072, 4096):
        p, q = make_key(n)
        N, d = p * q, pow(E, -1, (p - 1) * (q - 1))
        assert N.bit_length() == n
        b64u = lambda v: base64.urlsafe_b64encode(json.dumps(v, separators=(",", ":")).encode()).rstrip(b"=").decode()
        text = (b64u({"alg": "RS256", "typ": "JWT", "kid": f"rs256-{n}"}) + "."
                + b64u({"iss": "https://op.example", "sub": f"u-{n}", "level": "gold", "points": 1200})).encode()
        digest, salt = hashlib.sha256(text).digest(), stream(f"zkpass ps256 vector salt {n}".encode())(32)
        em, constant = pkcs1(n, digest)
        s, rs256 = signature_case(n, N, d, em, constant)
        assert openssl_verifies(N, text, s.to_bytes(n // 8, "big"))
        em2, constant2 = pss(n, digest, salt)
        s2, ps256 = signature_case(n, N, d, em2, constant2)
        assert openssl_verifies(N, text, s2.to_bytes(n // 8, "big"), "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32")
        refused = {name: pow(v, d, N).to_bytes(n // 8, "big").hex() for name, v in crafted(n, N, em, digest).items()}
        for v in refused.values():
            assert not openssl_verifies(N, text, bytes.fromhex(v))
        data = {
            "bits": n, "n": N.to_bytes(n // 8, "big").hex(), "p": p.to_bytes(n // 16, "big").hex(), "q": q.to_bytes(n // 16, "big").hex(),
            "signing_input": text.decode(), "digest": digest.hex(), "primes_seed": f"zkpass rs256 vector primes {n}",
            "rs256": rs256, "ps256": {"salt": salt.hex(), **ps256}, "refused": refused,
        }
        with open(os.path.join(folder, f"rsa-{n}.json"), "w") as f:
            json.dump(data, f, indent=1)
            f.write("\n")
        print("wrote", f.name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
