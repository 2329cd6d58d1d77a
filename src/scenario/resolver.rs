//! Where the text of a scenario comes from. The model knows no files: it asks a resolver.

use std::collections::BTreeMap;
use std::fmt;

/// Which kind of file a name refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DocumentKind {
    /// A scenario.
    Scenario,
    /// A policy: what a regime may set.
    Policy,
    /// A kind of county.
    Place,
}

impl DocumentKind {
    /// The word for it in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Policy => "policy",
            Self::Place => "place",
        }
    }
}

/// Why a path could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file; the files that are there.
    NotFound(Vec<String>),
    /// It lies outside the scenario's folder.
    Outside,
    /// It is a folder, a device or a pipe.
    NotAFile,
    /// It is larger than a scenario may be.
    TooLarge,
    /// Paths cannot be read here at all.
    NoFiles,
    /// The system's reason.
    Failed(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound(_) => "there is no such file",
            Self::Outside => "it lies outside the scenario's folder",
            Self::NotAFile => "it is not a file",
            Self::TooLarge => "it is larger than 1 MiB",
            Self::NoFiles => "files cannot be read here, only what ships with the program",
            Self::Failed(reason) => reason,
        })
    }
}

impl std::error::Error for ReadError {}

/// Gives the text of a path that a scenario names.
pub trait Resolver {
    /// The bytes at a path below the scenario's folder: segments joined by `/`, none of them empty,
    /// `.` or `..`. A resolver reads at most [`super::document::MAX_BYTES`] and one byte more.
    ///
    /// # Errors
    /// [`ReadError`] says why there is no such text.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;
}

/// No files: only what ships with the program.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl Resolver for NoFiles {
    fn read(&self, _path: &str) -> Result<Vec<u8>, ReadError> {
        Err(ReadError::NoFiles)
    }
}

/// Files held in memory: path to text.
#[derive(Debug, Clone, Default)]
pub struct InMemory(pub BTreeMap<String, Vec<u8>>);

impl Resolver for InMemory {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.0.get(path).cloned().ok_or_else(|| ReadError::NotFound(self.0.keys().cloned().collect()))
    }
}

/// The path that `reference` means in a document at `from`, if it stays inside the folder of that
/// document. Both use `/`.
pub(super) fn join(from: &str, reference: &str) -> Option<String> {
    let sound = |segment: &str| {
        !segment.is_empty()
            && segment != "."
            && segment != ".."
            && !segment.chars().any(|c| c.is_control() || matches!(c, '\\' | ':'))
    };
    let reference = reference.strip_prefix("./").unwrap_or(reference);
    if !reference.split('/').all(sound) {
        return None;
    }
    Some(match from.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{reference}"),
        None => reference.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_stay_in_their_folder() {
        assert_eq!(join("a.toml", "b.toml"), Some("b.toml".into()));
        assert_eq!(join("x/a.toml", "y/b.toml"), Some("x/y/b.toml".into()));
        assert_eq!(join("x/a.toml", "./b.toml"), Some("x/b.toml".into()));
        for outside in [
            "../b.toml",
            "/etc/b.toml",
            "y/../../b.toml",
            "C:\\b.toml",
            "\\\\host\\b.toml",
            "a//b.toml",
            "./../b.toml",
            "a\0.toml",
        ] {
            assert_eq!(join("x/a.toml", outside), None, "{outside}");
        }
    }
}
