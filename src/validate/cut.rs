//! Arrays of which an example shows the first items alone: what a contract says of how many there are, or that some item is
//! there, was found out about all of them, when they were captured.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;

use crate::document::Shown;

/// The arrays that are cut, within the value that is checked.
#[derive(Clone, Copy)]
pub(super) struct Cut<'a>(Option<&'a Shown>);

impl<'a> Cut<'a> {
    /// Nothing is.
    pub const NONE: Self = Self(None);

    /// Those that an example names.
    pub fn new(arrays: &'a Shown) -> Self {
        Self((!arrays.is_empty()).then_some(arrays))
    }

    /// Whether what is told may not be so of the whole value. Items that are shown count as they stand: there may be too many of
    /// them, and one may be wrong.
    pub fn hides(self, error: &ValidationError<'_>) -> bool {
        let Some(arrays) = self.0 else {
            return false;
        };
        let at = error.instance_path().as_str();
        let is_around = || {
            let mut arrays = arrays.keys().filter_map(|array| array.strip_prefix(at));
            arrays.any(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match error.kind() {
            Kind::MinItems { .. } | Kind::Contains => arrays.contains_key(at),
            // Without what is hidden, the value would be of one of the forms.
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => context
                .iter()
                .any(|branch| !branch.is_empty() && branch.iter().all(|inner| self.hides(inner))),
            Kind::OneOfMultipleValid { .. }
            | Kind::Not { .. }
            | Kind::Constant { .. }
            | Kind::Enum { .. } => is_around(),
            // What an `if` decided may have been decided by what is hidden.
            _ => is_conditional(error.schema_path().as_str()),
        }
    }
}

/// Whether a path in a schema leads through a `then` or `else`. What follows a map of schemas is a name, whatever it says.
fn is_conditional(schema_path: &str) -> bool {
    const OF_NAMES: [&str; 5] = [
        "properties",
        "patternProperties",
        "dependentSchemas",
        "$defs",
        "definitions",
    ];
    let mut steps = schema_path.split('/');
    while let Some(step) = steps.next() {
        if OF_NAMES.contains(&step) {
            steps.next();
        } else if ["then", "else"].contains(&step) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_named_then_is_no_condition() {
        assert!(is_conditional("/allOf/0/then/properties/a/type"));
        assert!(is_conditional("/properties/then/else/type"));
        assert!(!is_conditional("/properties/then/type"));
        assert!(!is_conditional("/$defs/else/properties/then/minimum"));
    }
}
