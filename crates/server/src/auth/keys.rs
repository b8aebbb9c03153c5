//! Keys: this server's own secret, and the public keys of another identity provider. Must not know
//! what the claims of a token mean.
//!
//! Each key has one algorithm, fixed when it is read. A token's header only says which keys to try;
//! one that asks for another algorithm than the key's finds no key, so that a public key can never
//! be used as a secret and `none` is no algorithm at all.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, crypto, decode, decode_header, encode,
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::AuthError;
use super::secret::{self, Secret};
use super::token::{Claims, Verified};
use crate::settings::Settings;

/// Bytes of a token that is looked at: headers end at 8 KiB in most proxies.
const TOKEN_BYTES: usize = 8 * 1024;

/// Keys in a JWKS file. Providers publish a handful; each may have to be tried.
const MOST_KEYS: usize = 32;

/// Least bits of an RSA key (RFC 7518, 3.3).
const RSA_BITS: usize = 2048;

/// A key to check with.
struct Key {
    kid: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
    own: bool,
}

/// All keys of this server.
pub(super) struct Keys {
    signing: EncodingKey,
    kid: String,
    checking: Vec<Key>,
}

impl Keys {
    /// Reads the keys that the settings name.
    pub(super) fn load(settings: &Settings) -> anyhow::Result<Self> {
        let mut keys = Self::of_secret(&secret::load(settings)?);
        if let Some(path) = &settings.auth.public_key_file {
            let key = read(path).and_then(|text| of_pem(&text));
            keys.checking.push(
                key.with_context(|| {
                    format!("setting `auth.public_key_file` = {}", path.display())
                })?,
            );
        }
        if let Some(path) = &settings.auth.jwks_file {
            let found = read(path).and_then(|text| of_jwks(&text));
            keys.checking.extend(
                found.with_context(|| format!("setting `auth.jwks_file` = {}", path.display()))?,
            );
        }
        Ok(keys)
    }

    fn of_secret(secret: &Secret) -> Self {
        let kid = kid_of(secret);
        let own = Key {
            kid: Some(kid.clone()),
            algorithm: Algorithm::HS256,
            key: DecodingKey::from_secret(secret.expose()),
            own: true,
        };
        Self { signing: EncodingKey::from_secret(secret.expose()), kid, checking: vec![own] }
    }

    /// Signs a token of this server.
    pub(super) fn sign(&self, claims: &Claims) -> Result<String, AuthError> {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(self.kid.clone());
        encode(&header, &claims.written(), &self.signing)
            .map_err(|error| AuthError::Unavailable(error.to_string()))
    }

    /// The claims of a token that one of the keys has signed.
    pub(super) fn verify(&self, token: &str) -> Result<Verified, AuthError> {
        if token.is_empty() || token.len() > TOKEN_BYTES {
            return Err(AuthError::Malformed);
        }
        let header = decode_header(token).map_err(|_| AuthError::Malformed)?;
        // Nothing that a header may call critical is known here (RFC 7515, 4.1.11).
        if header.crit.is_some() {
            return Err(AuthError::Malformed);
        }
        let mut error = AuthError::UnknownKey;
        for key in self.checking.iter().filter(|key| key.may_have_signed(&header)) {
            let claims = decode::<Map<String, Value>>(token, &key.key, &only(key.algorithm));
            match claims {
                Ok(data) => return Ok(Verified { claims: data.claims, own: key.own }),
                Err(why) => error = refusal(&why),
            }
        }
        Err(error)
    }
}

impl Key {
    /// A key without a name may have signed anything, and so may any key a token that names none.
    fn may_have_signed(&self, header: &Header) -> bool {
        let named = match (&self.kid, &header.kid) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        named && self.algorithm == header.alg
    }
}

/// The library checks the signature; what the claims mean is checked in `token`, by one clock.
fn only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

fn refusal(error: &jsonwebtoken::errors::Error) -> AuthError {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => AuthError::BadSignature,
        _ => AuthError::Malformed,
    }
}

/// Names the secret without telling it.
fn kid_of(secret: &Secret) -> String {
    let digest =
        Sha256::new().chain_update(b"parlor kid ").chain_update(secret.expose()).finalize();
    format!("parlor-{}", hex::encode(&digest[..4]))
}

fn read(path: &Path) -> anyhow::Result<String> {
    Ok(std::fs::read_to_string(path)?)
}

/// One public key in PEM.
fn of_pem(text: &str) -> anyhow::Result<Key> {
    ensure!(
        !text.contains("PRIVATE KEY"),
        "this is a private key: give the public one only, and think of replacing the private one"
    );
    let pem = text.as_bytes();
    let (algorithm, key) = if let Ok(key) = DecodingKey::from_rsa_pem(pem) {
        (Algorithm::RS256, key)
    } else if let Ok(key) = DecodingKey::from_ec_pem(pem) {
        let p256 = key.try_get_as_bytes().is_ok_and(|point| point.len() <= 65);
        (if p256 { Algorithm::ES256 } else { Algorithm::ES384 }, key)
    } else if let Ok(key) = DecodingKey::from_ed_pem(pem) {
        (Algorithm::EdDSA, key)
    } else {
        bail!("wanted is a public key in PEM: RSA, P-256, P-384 or Ed25519");
    };
    Key { kid: None, algorithm, key, own: false }.checked()
}

/// The keys of a JWKS that sign. Kinds that are not known here are left out, as the RFC has it.
fn of_jwks(text: &str) -> anyhow::Result<Vec<Key>> {
    let set: JwkSet = serde_json::from_str(text).context("wanted is a JWKS: {\"keys\": […]}")?;
    ensure!(set.keys.len() <= MOST_KEYS, "more than {MOST_KEYS} keys");
    let signs = |jwk: &&Jwk| {
        !matches!(
            jwk.common.public_key_use,
            Some(PublicKeyUse::Encryption | PublicKeyUse::Other(_))
        )
    };
    let mut keys = Vec::new();
    for jwk in set.keys.iter().filter(signs) {
        let kid = jwk.common.key_id.clone();
        let name = kid.as_deref().unwrap_or("without kid").to_owned();
        if let Some(key) = of_jwk(jwk, kid).with_context(|| format!("key {name:?}"))? {
            keys.push(key);
        }
    }
    ensure!(!keys.is_empty(), "it has no key for RS256, ES256, ES384 or EdDSA");
    Ok(keys)
}

fn of_jwk(jwk: &Jwk, kid: Option<String>) -> anyhow::Result<Option<Key>> {
    let named = jwk.common.key_algorithm.and_then(|named| Algorithm::try_from(named).ok());
    let fitting: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => &[
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ],
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => return Ok(None),
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            &[Algorithm::EdDSA]
        }
        AlgorithmParameters::OctetKey(_) => {
            bail!("this is a shared secret, which does not belong into a file of public keys")
        }
        _ => return Ok(None),
    };
    let algorithm = match (jwk.common.key_algorithm, named) {
        (None, _) => fitting[0],
        (Some(_), Some(named)) if fitting.contains(&named) => named,
        (Some(other), _) => bail!("its `alg` {other} is not one for its `kty`"),
    };
    let key = DecodingKey::from_jwk(jwk).context("it cannot be read")?;
    Key { kid, algorithm, key, own: false }.checked().map(Some)
}

impl Key {
    /// Refuses a key that could check nothing, so that it is found at start and not at a login.
    fn checked(self) -> anyhow::Result<Self> {
        match self.algorithm {
            Algorithm::ES256 | Algorithm::ES384 => {}
            Algorithm::EdDSA => {
                let size = self.key.try_get_as_bytes().map_or(0, <[u8]>::len);
                ensure!(size == 32, "an Ed25519 key has 32 bytes, this one {size}");
            }
            _ => self.check_rsa()?,
        }
        // The library makes the key up from its bytes here; the signature is of no interest.
        crypto::verify("", b"", &self.key, self.algorithm)
            .context("it is not a point of its curve")?;
        Ok(self)
    }

    fn check_rsa(&self) -> anyhow::Result<()> {
        let jwk = Jwk::from_decoding_key(&self.key, None).context("it is not an RSA key")?;
        let AlgorithmParameters::RSA(rsa) = jwk.algorithm else { bail!("it is not an RSA key") };
        // Base64: six bits a letter.
        let bits = rsa.n.trim_end_matches('=').len() * 6;
        ensure!(bits >= RSA_BITS, "RSA keys below {RSA_BITS} bits are too weak");
        Ok(())
    }
}

#[cfg(test)]
mod tests;
