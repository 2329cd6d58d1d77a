//! Regimes that a chart can't tell apart share one of its panels.

use super::Setting;
use crate::scenario::plan::Language;

/// Id, English and Chinese label of a regime.
type Name = (String, String, String);

/// Sets of regimes with equal keys, each in the scenario's order, by their first.
pub fn sets<K: PartialEq>(regimes: usize, key: impl Fn(usize) -> K) -> Vec<Vec<usize>> {
    let mut sets: Vec<(K, Vec<usize>)> = Vec::new();
    for regime in 0..regimes {
        let key = key(regime);
        match sets.iter_mut().find(|(of, _)| *of == key) {
            Some((_, set)) => set.push(regime),
            None => sets.push((key, vec![regime])),
        }
    }
    sets.into_iter().map(|(_, set)| set).collect()
}

/// What stands over the panel of a set: the name of the first, and how many there are beside it.
pub fn head(names: &[Name], set: &[usize], setting: &Setting) -> String {
    let first = name(names, set[0], setting);
    match (set.len() - 1, setting.language) {
        (0, _) => first.to_owned(),
        (others, Language::En) => format!("{first}, and {others} alike"),
        (others, Language::Zh) => format!("{first}（另{others}个相同）"),
    }
}

/// A sentence that names the others of each set; nothing if each stands alone.
pub fn note(names: &[Name], sets: &[Vec<usize>], setting: &Setting) -> String {
    let (and, of, next) = (setting.pick(", ", "、"), setting.pick(" = ", "＝"), setting.pick("; ", "；"));
    let alike = sets.iter().filter(|set| set.len() > 1).map(|set| {
        let names: Vec<&str> = set.iter().map(|regime| name(names, *regime, setting)).collect();
        format!("{}{of}{}", names[0], names[1..].join(and))
    });
    let alike: Vec<String> = alike.collect();
    if alike.is_empty() {
        return String::new();
    }
    format!(
        "{}{}{}",
        setting.pick(" Alike in this chart: ", "图中相同的方案："),
        alike.join(next),
        setting.pick(".", "。")
    )
}

fn name<'n>(names: &'n [Name], regime: usize, setting: &Setting) -> &'n str {
    let (id, en, zh) = &names[regime];
    let label = setting.pick(en, zh);
    if label.trim().is_empty() { id } else { label }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::PAPER;

    #[test]
    fn what_is_equal_stands_together_and_is_named() {
        let sets = sets(5, |regime| [1, 2, 1, 3, 1][regime]);
        assert_eq!(sets, [vec![0, 2, 4], vec![1], vec![3]]);
        let name = |id: &str| (id.to_owned(), id.to_uppercase(), format!("方案{id}"));
        let names: Vec<Name> = ["a", "b", "c", "d", "e"].map(name).into();
        let english = Setting { language: Language::En, width_mm: 180, theme: PAPER };
        let chinese = Setting { language: Language::Zh, ..english };
        assert_eq!(head(&names, &sets[0], &english), "A, and 2 alike");
        assert_eq!(head(&names, &sets[1], &english), "B");
        assert_eq!(note(&names, &sets, &english), " Alike in this chart: A = C, E.");
        assert_eq!(note(&names, &sets, &chinese), "图中相同的方案：方案a＝方案c、方案e。");
        assert_eq!(note(&names, &sets[1..], &english), "");
    }
}
