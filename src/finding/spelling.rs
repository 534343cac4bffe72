//! What somebody may have meant.

/// The candidate that a misspelt name is nearest to, if one is near: case and the choice of `-` or
/// `_` do not count, and one letter in three may be wrong, or the end be missing; letters may be left out, as in `params`.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    // A name this long is no slip of the pen, and comparing costs its length times that of each candidate.
    if name.len() > 100 {
        return None;
    }
    let name = plain(name);
    let most = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            let known = plain(candidate);
            let is_short_for = name.len() >= 3 && known.starts_with(&name)
                || name.len() >= 4 && is_abbreviation(&name, &known);
            let distance = strsim::damerau_levenshtein(&name, &known);
            (
                if is_short_for {
                    distance.min(most)
                } else {
                    distance
                },
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whether a name is another one with up to half of its letters left out, the first and the last not.
fn is_abbreviation(name: &str, of: &str) -> bool {
    let mut letters = of.chars();
    name.chars().next() == of.chars().next()
        && name.chars().next_back() == of.chars().next_back()
        && name.chars().count() * 2 >= of.chars().count()
        && name
            .chars()
            .all(|letter| letters.any(|known| known == letter))
}

/// A name from a file as messages show it: in backticks, and not longer than a line.
pub fn quoted(name: &str) -> String {
    const MOST: usize = 60;
    if name.chars().count() <= MOST {
        return format!("`{name}`");
    }
    let start: String = name.chars().take(MOST).collect();
    format!("`{start}…`")
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [item] => item.clone(),
        [items @ .., end] => format!("{} {last} {end}", items.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_not() {
        let known = ["path_parameters", "parameters", "title"];
        assert_eq!(nearest("path_paramters", known), Some("path_parameters"));
        assert_eq!(nearest("Path-Parameters", known), Some("path_parameters"));
        assert_eq!(nearest("path_params", known), Some("path_parameters"));
        assert_eq!(nearest("params", known), Some("parameters"));
        assert_eq!(nearest("param", known), Some("parameters"));
        assert_eq!(nearest("prams", ["parameters_of_a_path"]), None);
        assert_eq!(nearest("titel", known), Some("title"));
        assert_eq!(nearest("body", known), None);
        assert_eq!(nearest("warn", ["error", "warning"]), Some("warning"));
        assert_eq!(nearest("pa", known), None);
        assert_eq!(nearest(&"title".repeat(100), known), None);
    }

    #[test]
    fn lists_read_as_people_write_them() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(list(&items, "or"), "a, b or c");
        assert_eq!(list(&items[..1], "or"), "a");
        assert_eq!(list(&[], "or"), "");
    }
}
