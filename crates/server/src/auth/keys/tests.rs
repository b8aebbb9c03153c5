//! Keys of other identity providers, made up for each run; and the ways to pass off a token as
//! signed by one.

use ed25519_dalek::SigningKey;
use jsonwebtoken::jwk::Jwk;
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::rand_core::OsRng;
use serde_json::json;

use super::*;

/// A key pair: to sign with, and what its owner publishes.
struct Pair {
    algorithm: Algorithm,
    private: EncodingKey,
    pem: String,
}

impl Pair {
    fn p256() -> Self {
        let secret = p256::SecretKey::random(&mut OsRng);
        Self {
            algorithm: Algorithm::ES256,
            private: EncodingKey::from_ec_der(secret.to_pkcs8_der().unwrap().as_bytes()),
            pem: secret.public_key().to_public_key_pem(LineEnding::LF).unwrap(),
        }
    }

    fn p384() -> Self {
        let secret = p384::SecretKey::random(&mut OsRng);
        Self {
            algorithm: Algorithm::ES384,
            private: EncodingKey::from_ec_der(secret.to_pkcs8_der().unwrap().as_bytes()),
            pem: secret.public_key().to_public_key_pem(LineEnding::LF).unwrap(),
        }
    }

    /// The frames around the bare keys are those of RFC 8410.
    fn ed25519() -> Self {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).unwrap();
        let public = SigningKey::from_bytes(&seed).verifying_key();
        let frame =
            |frame: &str, key: &[u8]| [hex::decode(frame).unwrap().as_slice(), key].concat();
        let spki = frame("302a300506032b6570032100", public.as_bytes());
        Self {
            algorithm: Algorithm::EdDSA,
            private: EncodingKey::from_ed_der(&frame("302e020100300506032b657004220420", &seed)),
            pem: pem::encode(&pem::Pem::new("PUBLIC KEY", spki)),
        }
    }

    fn rsa(bits: usize) -> Self {
        let secret = rsa::RsaPrivateKey::new(&mut OsRng, bits).unwrap();
        Self {
            algorithm: Algorithm::RS256,
            private: EncodingKey::from_rsa_der(secret.to_pkcs1_der().unwrap().as_bytes()),
            pem: secret.to_public_key().to_public_key_pem(LineEnding::LF).unwrap(),
        }
    }

    fn jwk(&self, kid: Option<&str>) -> Value {
        let jwk = Jwk::from_encoding_key(&self.private, self.algorithm).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        jwk["use"] = json!("sig");
        if let Some(kid) = kid {
            jwk["kid"] = json!(kid);
        }
        jwk
    }

    fn token(&self, kid: Option<&str>) -> String {
        self.token_with(|header| header.kid = kid.map(str::to_owned))
    }

    fn token_with(&self, change: impl FnOnce(&mut Header)) -> String {
        let mut header = Header::new(self.algorithm);
        change(&mut header);
        encode(&header, &json!({"sub": "ada"}), &self.private).unwrap()
    }
}

fn keys(foreign: Vec<Key>) -> Keys {
    let mut keys = Keys::of_secret(&Secret::new(vec![7; 32]));
    keys.checking.extend(foreign);
    keys
}

fn verified(keys: &Keys, token: &str) -> Result<bool, AuthError> {
    keys.verify(token).map(|verified| {
        assert_eq!(verified.claims["sub"], "ada");
        verified.own
    })
}

fn jwks(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

#[test]
fn each_algorithm_counts_by_pem_and_by_jwks_and_only_with_its_own_key() {
    let make = || [Pair::p256(), Pair::p384(), Pair::ed25519(), Pair::rsa(2048)];
    let (pairs, others) = (make(), make());
    for (pair, other) in pairs.iter().zip(&others) {
        let name = pair.algorithm;
        let by_pem = keys(vec![of_pem(&pair.pem).unwrap()]);
        assert_eq!(by_pem.checking[1].algorithm, name);
        // A key in PEM has no name, so a token may name it as it likes.
        assert_eq!(verified(&by_pem, &pair.token(None)), Ok(false), "{name:?}");
        assert_eq!(verified(&by_pem, &pair.token(Some("k"))), Ok(false), "{name:?}");
        assert_eq!(verified(&by_pem, &other.token(None)), Err(AuthError::BadSignature));
        let by_jwks = keys(of_jwks(&jwks(&[pair.jwk(Some("k"))])).unwrap());
        assert_eq!(verified(&by_jwks, &pair.token(Some("k"))), Ok(false), "{name:?}");
        assert_eq!(verified(&by_jwks, &pair.token(None)), Ok(false), "{name:?}");
        assert_eq!(verified(&by_jwks, &pair.token(Some("l"))), Err(AuthError::UnknownKey));
        assert_eq!(verified(&by_jwks, &other.token(Some("k"))), Err(AuthError::BadSignature));
        let mut spoiled = pair.token(None);
        let last = spoiled.pop().unwrap();
        spoiled.push(if last == 'A' { 'Q' } else { 'A' });
        assert!(verified(&by_pem, &spoiled).is_err(), "{name:?}");
    }
    // The same RSA key with another padding is another algorithm.
    let rsa = Pair { algorithm: Algorithm::PS256, ..pair_of(&pairs[3]) };
    let by_pem = keys(vec![of_pem(&rsa.pem).unwrap()]);
    assert_eq!(verified(&by_pem, &rsa.token(None)), Err(AuthError::UnknownKey));
    // Unless the JWKS says so.
    let by_jwks = keys(of_jwks(&jwks(&[rsa.jwk(Some("k"))])).unwrap());
    assert_eq!(verified(&by_jwks, &rsa.token(None)), Ok(false));
}

fn pair_of(pair: &Pair) -> Pair {
    Pair { algorithm: pair.algorithm, private: pair.private.clone(), pem: pair.pem.clone() }
}

#[test]
fn a_public_key_is_never_a_secret() {
    let pair = Pair::p256();
    let jwk = pair.jwk(Some("k"));
    let point = {
        let key = of_pem(&pair.pem).unwrap();
        key.key.try_get_as_bytes().unwrap().to_vec()
    };
    for kid in [None, Some("k")] {
        for foreign in [
            of_pem(&pair.pem).unwrap(),
            of_jwks(&jwks(std::slice::from_ref(&jwk))).unwrap().remove(0),
        ] {
            let keys = keys(vec![foreign]);
            for secret in [pair.pem.as_bytes(), pair.pem.trim_end().as_bytes(), &point] {
                let forger = Pair {
                    algorithm: Algorithm::HS256,
                    private: EncodingKey::from_secret(secret),
                    pem: String::new(),
                };
                assert!(verified(&keys, &forger.token(kid)).is_err());
            }
        }
    }
}

#[test]
fn a_key_that_the_token_brings_along_is_not_looked_at() {
    let (trusted, forger) = (Pair::p256(), Pair::p256());
    let keys = keys(of_jwks(&jwks(&[trusted.jwk(Some("k"))])).unwrap());
    let own_key: Jwk = serde_json::from_value(forger.jwk(Some("k"))).unwrap();
    let token = forger.token_with(|header| {
        header.kid = Some("k".to_owned());
        header.jwk = Some(own_key);
        header.jku = Some("https://forger.example/keys".to_owned());
    });
    assert_eq!(verified(&keys, &token), Err(AuthError::BadSignature));
}

#[test]
fn odd_headers_are_refused() {
    let pair = Pair::ed25519();
    let keys = keys(vec![of_pem(&pair.pem).unwrap()]);
    let critical = pair.token_with(|header| header.crit = Some(vec!["b64".to_owned()]));
    assert_eq!(verified(&keys, &critical), Err(AuthError::Malformed));
    let good = pair.token(None);
    let (_, rest) = good.split_once('.').unwrap();
    let (claims, _) = rest.split_once('.').unwrap();
    // {"alg":"none"}, {"alg":"None"}, {}: with and without a signature.
    for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJOb25lIn0", "e30"] {
        for token in [format!("{header}.{claims}."), format!("{header}.{rest}")] {
            assert_eq!(verified(&keys, &token), Err(AuthError::Malformed), "{token}");
        }
    }
    for token in ["", ".", "..", "...", "a.b.c", &good[1..], &format!("{good}.x"), "é.é.é"] {
        assert!(verified(&keys, token).is_err(), "{token}");
    }
    assert_eq!(verified(&keys, &format!("{good}{}", "x".repeat(9000))), Err(AuthError::Malformed));
    assert_eq!(verified(&keys, &good), Ok(false));
}

#[test]
fn the_right_key_of_many_is_found_by_its_name() {
    let pairs: Vec<Pair> = (0..4).map(|_| Pair::p256()).collect();
    let names = ["a", "b", "c", "d"];
    let published: Vec<Value> =
        pairs.iter().zip(names).map(|(pair, name)| pair.jwk(Some(name))).collect();
    let keys = keys(of_jwks(&jwks(&published)).unwrap());
    for (pair, name) in pairs.iter().zip(names) {
        assert_eq!(verified(&keys, &pair.token(Some(name))), Ok(false));
        assert_eq!(verified(&keys, &pair.token(None)), Ok(false));
    }
    assert_eq!(verified(&keys, &pairs[0].token(Some("b"))), Err(AuthError::BadSignature));
}

#[test]
fn keys_that_could_check_nothing_are_refused_at_start() {
    let why = |outcome: anyhow::Result<usize>| format!("{:#}", outcome.unwrap_err());
    let in_pem = |text: &str| why(of_pem(text).map(|_| 1));
    let private = pem::encode(&pem::Pem::new("PRIVATE KEY", vec![1, 2, 3]));
    assert!(in_pem(&private).contains("private key"), "{}", in_pem(&private));
    assert!(in_pem("hello").contains("public key in PEM"));
    assert!(in_pem(&pem::encode(&pem::Pem::new("PUBLIC KEY", vec![0x30, 0]))).contains("in PEM"));
    assert!(in_pem(&Pair::rsa(1024).pem).contains("2048 bits"));

    let in_jwks = |keys: &[Value]| why(of_jwks(&jwks(keys)).map(|keys| keys.len()));
    let good = Pair::p256().jwk(Some("k"));
    let changed = |name: &str, value: Value| {
        let mut jwk = good.clone();
        jwk[name] = value;
        jwk
    };
    assert!(in_jwks(&[]).contains("no key"));
    assert!(in_jwks(&[changed("use", json!("enc"))]).contains("no key"));
    assert!(in_jwks(&[changed("crv", json!("P-521"))]).contains("no key"));
    assert!(in_jwks(&[json!({"kty": "new", "kid": "k"})]).contains("no key"));
    assert!(in_jwks(&[json!({"kty": "oct", "k": "AAAA"})]).contains("shared secret"));
    assert!(in_jwks(&[changed("alg", json!("RS256"))]).contains("alg"));
    assert!(in_jwks(&[changed("alg", json!("HS256"))]).contains("alg"));
    assert!(in_jwks(&[changed("x", good["y"].clone())]).contains("curve"));
    assert!(in_jwks(&[changed("x", json!("AAAA"))]).contains("curve"));
    assert!(in_jwks(&[changed("x", json!("!"))]).contains("cannot be read"));
    let short = json!({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"});
    assert!(in_jwks(&[short]).contains("32 bytes"));
    assert!(in_jwks(&vec![good.clone(); MOST_KEYS + 1]).contains("more than 32"));
    assert!(why(of_jwks("[]").map(|keys| keys.len())).contains("JWKS"));
    // What is not known here is left out, and the rest counts.
    let mixed = [json!({"kty": "new"}), good];
    assert_eq!(of_jwks(&jwks(&mixed)).unwrap().len(), 1);
}

#[test]
fn settings_name_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let pair = Pair::ed25519();
    let mut settings = Settings { data_dir: dir.path().join("data"), ..Settings::default() };
    let path = dir.path().join("keys");
    settings.auth.public_key_file = Some(path.clone());
    let missing = Keys::load(&settings).err().map(|error| format!("{error:#}")).unwrap();
    assert!(missing.starts_with("setting `auth.public_key_file` = "), "{missing}");
    std::fs::write(&path, &pair.pem).unwrap();
    assert_eq!(verified(&Keys::load(&settings).unwrap(), &pair.token(None)), Ok(false));
    settings.auth.public_key_file = None;
    settings.auth.jwks_file = Some(path.clone());
    let wrong = Keys::load(&settings).err().map(|error| format!("{error:#}")).unwrap();
    assert!(wrong.starts_with("setting `auth.jwks_file` = "), "{wrong}");
    std::fs::write(&path, jwks(&[pair.jwk(None)])).unwrap();
    assert_eq!(verified(&Keys::load(&settings).unwrap(), &pair.token(Some("x"))), Ok(false));
}

#[test]
fn the_name_of_the_secret_does_not_tell_it() {
    let secret = Secret::new(vec![7; 32]);
    assert_eq!(kid_of(&secret), kid_of(&secret.clone()));
    assert_ne!(kid_of(&secret), kid_of(&Secret::new(vec![8; 32])));
    assert_eq!(kid_of(&secret).len(), "parlor-".len() + 8);
    assert!(!format!("{:?}", Keys::of_secret(&secret).signing).contains('7'));
}
