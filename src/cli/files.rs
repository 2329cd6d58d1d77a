//! Scenario files on disk.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::SetArgs;
use crate::scenario::document::MAX_BYTES;
use crate::scenario::resolver::{ReadError, Resolver};
use crate::scenario::{Options, Override, Scenario, ScenarioError, load_bytes};

/// The folder of a scenario file: nothing outside it can be read, whichever way a link points.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder in which a file lies.
    ///
    /// # Errors
    /// The system's, if there is no such folder.
    pub fn of(file: &Path) -> io::Result<Self> {
        let folder = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        Ok(Self { root: folder.canonicalize()? })
    }

    fn neighbours(&self, path: &str) -> Vec<String> {
        let (folder, prefix) = match path.rsplit_once('/') {
            Some((folder, _)) => (self.root.join(folder), format!("{folder}/")),
            None => (self.root.clone(), String::new()),
        };
        let inside = folder.canonicalize().is_ok_and(|folder| folder.starts_with(&self.root));
        let entries = if inside { fs::read_dir(folder).ok() } else { None };
        let names = entries
            .into_iter()
            .flatten()
            .take(1000)
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> =
            names.filter(|name| name.ends_with(".toml")).map(|name| format!("{prefix}{name}")).collect();
        names.sort();
        names
    }
}

impl Resolver for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let real = match self.root.join(path).canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ReadError::NotFound(self.neighbours(path)));
            }
            Err(error) => return Err(ReadError::Failed(error.to_string())),
        };
        if !real.starts_with(&self.root) {
            return Err(ReadError::Outside);
        }
        read_at_most(&real)
    }
}

/// The bytes of a regular file, one more than a scenario may have at most.
fn read_at_most(path: &Path) -> Result<Vec<u8>, ReadError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ReadError::NotFound(Vec::new()),
        _ => ReadError::Failed(error.to_string()),
    };
    // Asked before opening: opening a pipe would wait for somebody to write to it.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(ReadError::NotAFile);
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() > MAX_BYTES { Err(ReadError::TooLarge) } else { Ok(bytes) }
}

/// Loads a scenario file with what the command line sets in it.
///
/// # Errors
/// Everything that does not hold.
pub fn load(file: &Path, set: &SetArgs, more: Vec<Override>) -> Result<Scenario, ScenarioError> {
    load_over(file, Vec::new(), set, more)
}

/// The same, with keys that what the command line sets is laid over.
///
/// # Errors
/// Everything that does not hold.
pub fn load_over(
    file: &Path,
    under: Vec<Override>,
    set: &SetArgs,
    more: Vec<Override>,
) -> Result<Scenario, ScenarioError> {
    let name = file
        .file_name()
        .map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned());
    let shown = file.display().to_string();
    let shown_folder = shown.strip_suffix(&name).unwrap_or("").to_owned();
    let mut overrides = under;
    overrides.extend(set.overrides());
    overrides.extend(more);
    let options = Options { overrides, regimes: set.regimes.clone(), shown_folder };
    let found = Folder::of(file).map_err(|_| ReadError::NotFound(Vec::new()));
    let found = found.and_then(|folder| Ok((read_at_most(file)?, folder)));
    match found {
        Ok((bytes, folder)) => load_bytes(&name, &bytes, &folder, &options),
        Err(error) => Err(ScenarioError::unreadable(&shown, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_out_of_the_folder_is_not_followed() {
        let outside = tempfile::tempdir().expect("a folder");
        let inside = tempfile::tempdir().expect("a folder");
        fs::write(outside.path().join("secret.toml"), "name = \"secret\"").expect("writable");
        fs::write(inside.path().join("real.toml"), "name = \"real\"").expect("writable");
        symlink(outside.path().join("secret.toml"), inside.path().join("link.toml")).expect("a link");
        symlink(outside.path(), inside.path().join("folder")).expect("a link");
        symlink(inside.path().join("real.toml"), inside.path().join("own.toml")).expect("a link");
        let folder = Folder::of(&inside.path().join("main.toml")).expect("a folder");
        assert_eq!(folder.read("link.toml"), Err(ReadError::Outside));
        assert_eq!(folder.read("folder/secret.toml"), Err(ReadError::Outside));
        assert_eq!(folder.read("folder/gone.toml"), Err(ReadError::NotFound(Vec::new())));
        assert_eq!(folder.read("own.toml"), Ok(b"name = \"real\"".to_vec()));
        assert_eq!(folder.read("."), Err(ReadError::NotAFile));
        let near = vec!["link.toml".to_owned(), "own.toml".to_owned(), "real.toml".to_owned()];
        assert_eq!(folder.read("gone.toml"), Err(ReadError::NotFound(near)));
    }

    #[test]
    fn a_device_without_end_is_not_read() {
        assert_eq!(read_at_most(Path::new("/dev/zero")), Err(ReadError::NotAFile));
        let folder = tempfile::tempdir().expect("a folder");
        let large = folder.path().join("large.toml");
        fs::write(&large, vec![b' '; MAX_BYTES + 1]).expect("writable");
        assert_eq!(read_at_most(&large), Err(ReadError::TooLarge));
        fs::write(&large, vec![b' '; MAX_BYTES]).expect("writable");
        assert_eq!(read_at_most(&large).map(|bytes| bytes.len()), Ok(MAX_BYTES));
    }
}
