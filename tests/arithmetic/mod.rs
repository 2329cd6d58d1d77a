//! The arithmetic shown in the rule tables, worked out in exact fractions.

use crate::reference::Fraction;

/// The value of an arithmetic expression: `+ - * / ( )`, `min(a, b)` and `max(a, b)`.
pub fn evaluate(expression: &str) -> Fraction {
    let tokens: Vec<char> = expression.chars().filter(|c| !c.is_whitespace()).collect();
    let mut place = 0;
    let value = sum(&tokens, &mut place);
    assert_eq!(place, tokens.len(), "can't read `{expression}` from place {place}");
    value
}

fn sum(tokens: &[char], place: &mut usize) -> Fraction {
    let mut value = product(tokens, place);
    while let Some(sign @ ('+' | '-')) = tokens.get(*place) {
        *place += 1;
        let next = product(tokens, place);
        value = if *sign == '+' { value + next } else { value - next };
    }
    value
}

fn product(tokens: &[char], place: &mut usize) -> Fraction {
    let mut value = atom(tokens, place);
    while let Some(sign @ ('*' | '/')) = tokens.get(*place) {
        *place += 1;
        let next = atom(tokens, place);
        value = if *sign == '*' { value * next } else { value.over(next) };
    }
    value
}

fn atom(tokens: &[char], place: &mut usize) -> Fraction {
    let word: String =
        tokens[*place..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '.').collect();
    *place += word.len();
    if word == "min" || word == "max" {
        *place += 1;
        let first = sum(tokens, place);
        *place += 1;
        let second = sum(tokens, place);
        *place += 1;
        return if word == "min" { first.min(second) } else { first.max(second) };
    }
    if !word.is_empty() {
        return Fraction::parse(&word);
    }
    assert_eq!(tokens.get(*place), Some(&'('), "expected a number or a bracket");
    *place += 1;
    let value = sum(tokens, place);
    *place += 1;
    value
}
