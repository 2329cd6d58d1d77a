//! What ships with the program: scenarios, policies and places, compiled in.

use super::resolver::DocumentKind;

/// A file that ships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// Its kind.
    pub kind: DocumentKind,
    /// Its name: the file's stem.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($kind:ident $folder:literal: $($name:literal)*;)*) => {
        &[$($(Shipped {
            kind: DocumentKind::$kind,
            name: $name,
            text: include_str!(concat!("../../scenarios/", $folder, $name, ".toml")),
        },)*)*]
    };
}

/// Every file that ships, by kind and name.
pub const ALL: &[Shipped] = shipped! {
    Scenario "": "calibrate" "guangdong-guizhou" "history" "inclusive-vs-targeted" "j-town" "national" "national-1pct" "p-county" "shanxi" "transplants" "w-county";
    Policy "policies/": "anhui-351" "ankang" "basic-only" "chongqing" "cliff" "fujian-superimposed" "guangdong" "guizhou-fourfold" "hanyin-talent" "henan-supplement" "historical" "hubei-985" "hybrid" "inclusive" "jiangxi" "prevention-first" "ruyang-internet" "shanxi-136" "shanxi-ends-at-once" "shanxi-income-linked" "shanxi-two-steps" "targeted" "targeted-frozen" "transition" "two-step" "xiamen-team";
    Place "places/": "guangdong-county" "guizhou-county" "hanyin" "j-town" "ordinary-county" "p-county" "poor-county" "ruyang" "shanxi-county" "w-county" "xiamen-rural";
};

/// The files of a kind in the order of their names.
pub fn of(kind: DocumentKind) -> impl Iterator<Item = &'static Shipped> {
    ALL.iter().filter(move |shipped| shipped.kind == kind)
}

/// The file of a kind and name, if it ships.
#[must_use]
pub fn find(kind: DocumentKind, name: &str) -> Option<&'static Shipped> {
    of(kind).find(|shipped| shipped.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_on_disk_ships() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        for (kind, folder) in [
            (DocumentKind::Scenario, root.clone()),
            (DocumentKind::Policy, root.join("policies")),
            (DocumentKind::Place, root.join("places")),
        ] {
            let mut on_disk: Vec<String> = std::fs::read_dir(folder)
                .expect("the folder is there")
                .map(|entry| entry.expect("readable").path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
                .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
                .collect();
            on_disk.sort();
            let listed: Vec<&str> = of(kind).map(|shipped| shipped.name).collect();
            assert_eq!(on_disk, listed, "{kind:?}");
        }
    }
}
