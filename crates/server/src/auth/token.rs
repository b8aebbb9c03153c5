//! What a token says: the claims, read strictly. Must not know keys or signatures: what comes here
//! has been verified.

use game::{Timestamp, UserId};
use serde_json::{Map, Value, json};
use store::Family;

use super::{AuthError, TokenKind};
use crate::settings::AuthSettings;

/// How far clocks may be apart, in milliseconds: machines that ask for the time differ by less.
pub(super) const LEEWAY_MS: u64 = 5_000;

/// The `iss` of this server's own tokens.
const ISSUER: &str = "parlor";

/// The `aud` of tokens for everything.
const API: &str = "api";

/// The `aud` of tokens that open one socket.
const SOCKET: &str = "ws";

/// Claims whose signature is good.
pub(super) struct Verified {
    pub(super) claims: Map<String, Value>,
    /// Signed by this server's secret.
    pub(super) own: bool,
}

/// What tokens of another identity provider must say, and where.
pub(super) struct Rules {
    issuer: Option<String>,
    audience: Option<String>,
    roles_claim: Option<String>,
    name_claim: String,
}

impl Rules {
    pub(super) fn of(settings: &AuthSettings) -> Self {
        Self {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            roles_claim: settings.roles_claim.clone(),
            name_claim: settings.name_claim.clone(),
        }
    }
}

/// What a token says: one to be made, or a good one.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) kind: TokenKind,
    pub(super) user: UserId,
    pub(super) name: Option<String>,
    pub(super) roles: Vec<String>,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) login_expires_at: Option<Timestamp>,
    /// The login came from another identity provider; also for a socket token made from it.
    pub(super) foreign: bool,
    /// The login that it belongs to; tokens for scripts belong to none.
    pub(super) family: Option<Family>,
    pub(super) id: Option<String>,
}

impl Claims {
    /// As they are signed. `iat_ms` is `iat` to the millisecond, so that a login in the same second as a
    /// log-out everywhere is on the right side of it.
    pub(super) fn written(&self) -> Map<String, Value> {
        let audience = if self.kind == TokenKind::Socket { SOCKET } else { API };
        let all = [
            ("iss", json!(ISSUER)),
            ("aud", json!(audience)),
            ("sub", json!(self.user)),
            ("name", json!(self.name)),
            ("roles", json!(self.roles)),
            ("iat", json!(self.issued_at.0 / 1000)),
            ("iat_ms", json!(self.issued_at.0)),
            // Never shorter than promised.
            ("exp", json!(self.expires_at.0.div_ceil(1000))),
            ("login_exp_ms", json!(self.login_expires_at)),
            ("foreign", json!(self.foreign.then_some(true))),
            ("sid", json!(self.family.as_ref().map(Family::as_str))),
            ("jti", json!(self.id)),
        ];
        let said = all.into_iter().filter(|(_, value)| !value.is_null());
        said.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Reads and checks: who made it, for what, until when, about whom.
    pub(super) fn read(
        verified: &Verified,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Self, AuthError> {
        let all = &verified.claims;
        let kind = if verified.own { own_kind(all)? } else { foreign_kind(all, rules)? };
        let expires_at = seconds(all, "exp").ok_or(AuthError::Malformed)?;
        if expires_at.plus(LEEWAY_MS) <= now {
            return Err(AuthError::Expired);
        }
        if all.contains_key("nbf") {
            let from = seconds(all, "nbf").ok_or(AuthError::Malformed)?;
            if from > now.plus(LEEWAY_MS) {
                return Err(AuthError::NotYet);
            }
        }
        let foreign = kind == TokenKind::Foreign;
        let (roles, name) = if foreign {
            let roles = rules.roles_claim.as_deref().and_then(|path| inside(all, path));
            (texts(roles), text(inside(all, &rules.name_claim)))
        } else {
            (texts(all.get("roles")), text(all.get("name")))
        };
        let user = all.get("sub").and_then(Value::as_str).ok_or(AuthError::Malformed)?;
        // Claims with which this server speaks to itself count in its own tokens only.
        let own = |name| all.get(name).filter(|_| !foreign);
        let exact = own("iat_ms").and_then(Value::as_u64).map(Timestamp);
        // Without it nobody could tell the logins before a log-out everywhere from those after it.
        let issued_at = exact.or_else(|| seconds(all, "iat")).ok_or(AuthError::Malformed)?;
        Ok(Self {
            kind,
            user: UserId::new(user).map_err(|_| AuthError::Malformed)?,
            name: name.and_then(|name| game::Name::new(&name).ok()).map(|n| n.as_str().to_owned()),
            roles,
            issued_at,
            expires_at,
            login_expires_at: own("login_exp_ms").and_then(Value::as_u64).map(Timestamp),
            foreign: foreign || own("foreign").and_then(Value::as_bool).unwrap_or(false),
            family: own("sid").and_then(Value::as_str).map(Family::new),
            id: text(own("jti")),
        })
    }
}

fn own_kind(claims: &Map<String, Value>) -> Result<TokenKind, AuthError> {
    if claims.get("iss").and_then(Value::as_str) != Some(ISSUER) {
        return Err(AuthError::WrongIssuer);
    }
    match texts(claims.get("aud")).as_slice() {
        [audience] if audience == API => Ok(TokenKind::Api),
        [audience] if audience == SOCKET => Ok(TokenKind::Socket),
        _ => Err(AuthError::WrongAudience),
    }
}

fn foreign_kind(claims: &Map<String, Value>, rules: &Rules) -> Result<TokenKind, AuthError> {
    let issuer = claims.get("iss").and_then(Value::as_str);
    if issuer.is_none() || issuer != rules.issuer.as_deref() {
        return Err(AuthError::WrongIssuer);
    }
    // An audience is one text, never a list in one text.
    let audiences = match claims.get("aud") {
        Some(Value::String(one)) => vec![one.clone()],
        other => texts(other),
    };
    let ours = rules.audience.as_ref();
    if ours.is_none_or(|ours| !audiences.contains(ours)) {
        return Err(AuthError::WrongAudience);
    }
    Ok(TokenKind::Foreign)
}

/// A time in seconds since 1970, whole or not (RFC 7519, 2).
fn seconds(claims: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    let value = claims.get(name)?;
    if let Some(whole) = value.as_u64() {
        return Some(Timestamp(whole.saturating_mul(1000)));
    }
    let seconds = value.as_f64().filter(|seconds| *seconds >= 0.0 && seconds.is_finite())?;
    // Casts of floats saturate: a time beyond all bounds is the end of time.
    Some(Timestamp((seconds * 1000.0) as u64))
}

/// The value at a dotted path; a claim whose own name has dots (as URLs do) counts first.
fn inside<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    inside(claims.get(first)?.as_object()?, rest)
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

/// A list of texts, or one text with words.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => {
            items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        Some(Value::String(words)) => words.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
