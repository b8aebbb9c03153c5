//! Passwords: hashed slowly and on threads that may block, a few at a time. Must not know whose they
//! are.
//!
//! A hash takes 19 MiB and tens of milliseconds of a processor (argon2id, see
//! docs/decisions/0013-accounts.md). So that a flood of log-ins takes neither all memory nor all
//! processors from the tables, two are made at once, a few wait, and all others are sent away.

use std::fmt;
use std::hint::black_box;
use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use store::PasswordHash;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization as _;

use super::AuthError;
use crate::tasks;

/// Fewest characters of a password: as NIST SP 800-63B wants, and OWASP with it.
const LEAST_CHARS: usize = 8;

/// Most characters of a password: sentences fit.
const MOST_CHARS: usize = 128;

/// Hashes made at once: 38 MiB, two processors.
const AT_ONCE: usize = 2;

/// Hashes that are made or wait: the last one waits for a second or two.
const PLACES: usize = 64;

/// Stands in for the salt of an account that is not there.
const NO_SALT: &[u8; 16] = b"nobody's account";

/// A password as it was given. Neither `Debug` nor any log shows it.
#[derive(Clone)]
pub struct Password(Arc<str>);

impl Password {
    /// As somebody gave it, to be compared with a hash. In one form (NFKC), whichever keyboard it came
    /// from: as NIST SP 800-63B, 3.1.1.2, and RFC 8265 want.
    #[must_use]
    pub fn given(text: &str) -> Self {
        Self(text.nfkc().collect::<String>().into())
    }

    /// One that may be chosen: 8 to 128 characters.
    pub fn chosen(text: &str) -> Result<Self, AuthError> {
        let fits = (LEAST_CHARS..=MOST_CHARS).contains(&text.chars().count());
        fits.then(|| Self::given(text)).ok_or(AuthError::BadPassword)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Makes and compares hashes.
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    places: Semaphore,
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), places: Semaphore::new(PLACES) }
    }

    /// The hash of a password, with a salt of its own.
    pub(super) async fn hash(&self, password: Password) -> Result<PasswordHash, AuthError> {
        let hash = |password: &[u8]| -> Result<phc::PasswordHash, Error> {
            Argon2::default().hash_password(password)
        };
        let hashed = self.in_turn(move || hash(password.0.as_bytes())).await?;
        hashed.map(|hash| PasswordHash::new(&hash.to_string())).map_err(failed)
    }

    /// Is it the password of this hash? Without a hash it is not, and to find that out takes as
    /// long.
    pub(super) async fn is(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, AuthError> {
        let compared = self.in_turn(move || match hash {
            Some(hash) => compare(password.0.as_bytes(), hash.expose()),
            None => waste(password.0.as_bytes()).map(|()| false),
        });
        compared.await?.map_err(failed)
    }

    /// Who waits in vain (the connection is gone) gives the turn back when the work is done.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AuthError> {
        let _place = self.places.try_acquire().map_err(|_| AuthError::Busy)?;
        let gone = |error: &dyn fmt::Display| AuthError::Unavailable(error.to_string());
        let turn: OwnedSemaphorePermit =
            self.turns.clone().acquire_owned().await.map_err(|error| gone(&error))?;
        let done = tasks::blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| gone(&error))
    }
}

fn compare(password: &[u8], hash: &str) -> Result<bool, Error> {
    let hash = phc::PasswordHash::new(hash).map_err(|_| Error::EncodingInvalid)?;
    match Argon2::default().verify_password(password, &hash) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

fn waste(password: &[u8]) -> Result<(), Error> {
    let hash: phc::PasswordHash = Argon2::default().hash_password_with_salt(password, NO_SALT)?;
    black_box(hash);
    Ok(())
}

/// The error names no password: it says what of the parameters or of a stored hash is wrong.
fn failed(error: Error) -> AuthError {
    AuthError::Unavailable(format!("a password could not be hashed or compared: {error}"))
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn a_hash_is_argon2id_with_the_memory_that_owasp_asks_for() {
        let passwords = Passwords::new();
        let password = Password::chosen("correct horse").unwrap();
        let one = passwords.hash(password.clone()).await.unwrap();
        let two = passwords.hash(password.clone()).await.unwrap();
        assert!(one.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.expose());
        assert_ne!(one, two, "each has a salt of its own");
        assert_eq!(passwords.is(password.clone(), Some(one.clone())).await, Ok(true));
        let accents =
            [("caf\u{e9} cr\u{e8}me", "cafe\u{301} cre\u{300}me"), ("ﬁve ２ four", "five 2 four")];
        for (typed_here, typed_there) in accents {
            let hash = passwords.hash(Password::chosen(typed_here).unwrap()).await.unwrap();
            let given = Password::given(typed_there);
            assert_eq!(passwords.is(given, Some(hash)).await, Ok(true), "{typed_there}");
        }
        let other = Password::given("correct horsf");
        assert_eq!(passwords.is(other, Some(one)).await, Ok(false));
        assert_eq!(passwords.is(password.clone(), None).await, Ok(false));
        let broken = passwords.is(password, Some(PasswordHash::new("rubbish"))).await;
        assert!(matches!(broken, Err(AuthError::Unavailable(_))), "{broken:?}");
    }

    #[tokio::test]
    async fn more_than_fit_are_sent_away_at_once_and_room_comes_back() {
        let passwords = Passwords::new();
        let turns = passwords.turns.clone().acquire_many_owned(2).await.unwrap();
        let password = Password::given("x");
        let mut waiting: Vec<_> = (0..PLACES).map(|_| Box::pin(passwords.in_turn(|| ()))).collect();
        for one in &mut waiting {
            assert!(futures_util::poll!(one).is_pending());
        }
        assert_eq!(passwords.is(password.clone(), None).await, Err(AuthError::Busy));
        assert!(matches!(passwords.hash(password).await, Err(AuthError::Busy)));
        drop(turns);
        let done = join_all(waiting).await;
        assert!(done.iter().all(Result::is_ok));
        assert_eq!(passwords.in_turn(|| 7).await, Ok(7));
    }

    #[test]
    fn passwords_are_counted_in_characters_and_never_shown() {
        for (text, good) in [
            ("12345678", true),
            ("1234567", false),
            ("ééééééé", false),
            ("éééééééé", true),
            (&"é".repeat(128), true),
            (&"x".repeat(129), false),
            ("", false),
        ] {
            assert_eq!(Password::chosen(text).is_ok(), good, "{text:?}");
        }
        assert_eq!(format!("{:?}", Password::given("hush")), "Password(…)");
    }
}
