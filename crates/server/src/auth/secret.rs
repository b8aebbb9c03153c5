//! The secret that signs this server's tokens: made once, read ever after. Must not know what a
//! token is.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::settings::Settings;

/// Name of the secret in the data directory.
const FILE: &str = "secret.key";

/// Bytes of a secret: as many as the hash that it keys (RFC 7518, 3.2). Both the size of a new one
/// and the least that is taken.
const BYTES: usize = 32;

/// Bytes that nobody may see: neither `Debug` nor any log shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Wraps the bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for who must compute with them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secret of these settings; the one in the data directory is made when it is missing.
pub(super) fn load(settings: &Settings) -> anyhow::Result<Secret> {
    if let Some(path) = &settings.auth.secret_file {
        return read(path)
            .with_context(|| format!("setting `auth.secret_file` = {}", path.display()));
    }
    make_dir(&settings.data_dir)
        .with_context(|| format!("setting `data_dir` = {}", settings.data_dir.display()))?;
    let path = settings.data_dir.join(FILE);
    if !path.exists() {
        make(&path).with_context(|| format!("making {}", path.display()))?;
    }
    read(&path).with_context(|| format!("the signing secret {}", path.display()))
}

/// The data directory, for its owner only. One that is there stays as it is.
fn make_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn read(path: &Path) -> anyhow::Result<Secret> {
    let mut bytes = fs::read(path)?;
    // A text that an editor has ended with a line break; one that this server made has no end to cut.
    if bytes.len() != BYTES {
        while bytes.last().is_some_and(|last| matches!(last, b'\n' | b'\r')) {
            bytes.pop();
        }
    }
    anyhow::ensure!(
        bytes.len() >= BYTES,
        "it has {} bytes, but at least {BYTES} are needed; `head -c {BYTES} /dev/urandom` makes some",
        bytes.len()
    );
    warn_if_open(path);
    Ok(Secret(bytes))
}

/// Others may read it where orchestrators mount secrets, so this is a word and no refusal.
fn warn_if_open(path: &Path) {
    let mode = fs::metadata(path).map(|about| about.permissions().mode()).unwrap_or(0);
    if mode & 0o077 != 0 {
        let mode = format!("{:04o}", mode & 0o7777);
        tracing::warn!(path = %path.display(), mode, "others may read the signing secret: chmod 600");
    }
}

/// Makes the secret under another name first and then links it into place: of two processes that
/// start at once, one wins, and neither reads half a secret.
fn make(path: &Path) -> io::Result<()> {
    let mut secret = [0; BYTES];
    getrandom::fill(&mut secret).map_err(|error| io::Error::other(error.to_string()))?;
    let mut mark = [0; 8];
    getrandom::fill(&mut mark).map_err(|error| io::Error::other(error.to_string()))?;
    let fresh = path.with_extension(format!("new-{}", hex::encode(mark)));
    let written = write(&fresh, &secret).and_then(|()| fs::hard_link(&fresh, path));
    fs::remove_file(&fresh)?;
    match written {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_dir(path),
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_dir(path: &Path) -> io::Result<()> {
    let dir = path.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(dir: &Path) -> Settings {
        Settings { data_dir: dir.join("data/deep"), ..Settings::default() }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn the_first_start_makes_a_secret_and_the_next_one_finds_it() {
        let dir = tempfile::tempdir().unwrap();
        let settings = settings(dir.path());
        let secret = load(&settings).unwrap();
        assert_eq!(secret.expose().len(), BYTES);
        assert_eq!(load(&settings).unwrap(), secret);
        assert_eq!(mode(&settings.data_dir), 0o700);
        assert_eq!(mode(&settings.data_dir.join(FILE)), 0o600);
        let files: Vec<_> = fs::read_dir(&settings.data_dir).unwrap().collect();
        assert_eq!(files.len(), 1, "{files:?}");
    }

    #[test]
    fn many_that_start_at_once_agree() {
        let dir = tempfile::tempdir().unwrap();
        let settings = settings(dir.path());
        let secrets: Vec<Secret> = std::thread::scope(|scope| {
            let start = || scope.spawn(|| load(&settings).unwrap());
            let threads: Vec<_> = (0..8).map(|_| start()).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    }

    #[test]
    fn a_secret_of_ones_own_must_be_long_enough() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("own");
        let mut settings = settings(dir.path());
        settings.auth.secret_file = Some(path.clone());
        assert!(format!("{:#}", load(&settings).unwrap_err()).contains("auth.secret_file"));
        fs::write(&path, "short\n").unwrap();
        assert!(format!("{:#}", load(&settings).unwrap_err()).contains("at least 32"));
        fs::write(&path, format!("{}\r\n", "x".repeat(40))).unwrap();
        assert_eq!(load(&settings).unwrap().expose(), "x".repeat(40).as_bytes());
        assert!(!settings.data_dir.exists());
    }

    #[test]
    fn a_secret_is_never_shown() {
        assert_eq!(format!("{:?}", Secret::new(*b"hush")), "Secret(…)");
    }
}
