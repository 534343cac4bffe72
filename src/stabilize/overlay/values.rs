//! Texts and numbers laid over one another.

use std::borrow::Cow;

use serde_json::Value;

use super::{Overlay, SAME};
use crate::stabilize::delta::Delta;
use crate::stabilize::fields::{FieldId, Role};
use crate::stabilize::header;
use crate::stabilize::kind::Kind;
use crate::stabilize::kind::identity::is_decimal;
use crate::stabilize::leaf::{Match, lay_over};
use crate::stabilize::renaming::Pair;
use crate::stabilize::rules::{Hold, Rule};
use crate::stabilize::tokens::{is_named_id, number, tokens};

impl<'a> Overlay<'a> {
    /// Remembers the identities of a text that is the same in both versions.
    fn same_text(&mut self, text: &'a str, field: FieldId) {
        let query = text.find('?');
        for token in tokens(text, self.context(field, 0)) {
            if token.kind.has_identity() || token.kind == Kind::Iso8601 {
                let in_url = self.is_in_url(field, token.kind, text, query, token.span.start);
                let value = &text[token.span];
                self.pairs.push(Pair {
                    leaf: SAME,
                    field,
                    kind: token.kind,
                    old: Cow::Borrowed(value),
                    new: Cow::Borrowed(value),
                    in_url,
                });
            }
        }
    }

    /// Whether a token is a number of a URL, whose first `?` may stand at `query`, that nothing there calls an id.
    fn is_in_url(
        &self,
        field: FieldId,
        kind: Kind,
        text: &str,
        query: Option<usize>,
        at: usize,
    ) -> bool {
        let field = self.fields.get(field);
        let is_named = || query.is_some_and(|query| query < at) && is_named_id(text, at);
        kind == Kind::Id && !(field.names_id() || field.role == Role::Path || is_named())
    }

    pub(super) fn text(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        a: &'a str,
        b: &'a str,
        field: FieldId,
    ) -> Delta<'a> {
        let held = self.fields.get(field);
        let role = held.role;
        if a == b {
            if role != Role::Fixed {
                self.same_text(a, field);
            }
            return Delta::Same(new);
        }
        if role == Role::Fixed {
            return Delta::Replaced(old, new);
        }
        let rule = match role {
            Role::Line => self.fields.line_rule(field, a, b),
            _ => held.value_rule(),
        };
        if role == Role::Header {
            // The length follows from the body, and is no evidence by itself.
            let is_length = held.name() == "content-length" && is_decimal(a) && is_decimal(b);
            if is_length || header::is_same_set(held.name(), a, b) {
                return self.paired(old, new, false, Vec::new());
            }
        }
        if rule == Some(Rule::Stable) {
            return Delta::Replaced(old, new);
        }
        let contexts = [self.context(field, 0), self.context(field, 1)];
        match lay_over(a, b, contexts) {
            Some(found) if self.allows(rule, &found, a, b) => {
                self.paired_text(old, new, (a, b), &found, rule.is_none(), field)
            }
            _ if self.follows_path(a, b) => {
                self.paired(old, new, rule.is_none(), vec![Hold::Kind(Kind::Id)])
            }
            _ => match rule {
                Some(Rule::Varies(holds)) => self.free(holds, old, new),
                _ => Delta::Replaced(old, new),
            },
        }
    }

    /// Whether the tokens that differ are of kinds that vary here.
    fn allows(&self, rule: Option<Rule<'a>>, found: &[Match], a: &str, b: &str) -> bool {
        let Some(Rule::Varies(holds)) = rule else {
            return rule.is_none();
        };
        found.iter().all(|found| {
            a[found.old.clone()] == b[found.new.clone()]
                || holds.0.contains(&Hold::Kind(found.kind))
        })
    }

    fn paired_text(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        (a, b): (&'a str, &'a str),
        found: &[Match],
        provisional: bool,
        field: FieldId,
    ) -> Delta<'a> {
        let mut kinds = Vec::new();
        let leaf = self.leaves.len();
        let query = a.find('?');
        for Match { old, new, kind } in found {
            let in_url = self.is_in_url(field, *kind, a, query, old.start);
            let (old, new) = (&a[old.clone()], &b[new.clone()]);
            if old != new && !kinds.contains(&Hold::Kind(*kind)) {
                kinds.push(Hold::Kind(*kind));
            }
            self.pairs.push(Pair {
                leaf,
                field,
                kind: *kind,
                old: Cow::Borrowed(old),
                new: Cow::Borrowed(new),
                in_url,
            });
        }
        self.paired(old, new, provisional, kinds)
    }

    /// Whether two numbers are what a placeholder in the path of the request became, so that they are its id.
    fn follows_path(&self, a: &str, b: &str) -> bool {
        !self.numbers.pairs.is_empty()
            && is_decimal(a)
            && is_decimal(b)
            && self.numbers.pairs.contains(&(a.to_owned(), b.to_owned()))
    }

    pub(super) fn number(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        a: &'a str,
        b: &'a str,
        field: FieldId,
    ) -> Delta<'a> {
        let held = self.fields.get(field);
        let context = held.context();
        let kind = number(a, context);
        let pair = |leaf, kind| Pair {
            leaf,
            field,
            kind,
            old: Cow::Borrowed(a),
            new: Cow::Borrowed(b),
            in_url: false,
        };
        if a == b {
            if let Some(kind) = kind.filter(|kind| kind.has_identity()) {
                self.pairs.push(pair(SAME, kind));
            }
            return Delta::Same(new);
        }
        let rule = held.value_rule();
        if rule == Some(Rule::Stable) || held.role == Role::Fixed {
            return Delta::Replaced(old, new);
        }
        let allowed = |kind: Kind| match rule {
            Some(Rule::Varies(holds)) => holds.0.contains(&Hold::Kind(kind)),
            _ => true,
        };
        let one_kind = kind.filter(|kind| {
            number(b, context) == Some(*kind) && kind.has_form_of(a, b) && allowed(*kind)
        });
        if let Some(kind) = one_kind {
            let leaf = self.leaf(rule.is_none(), vec![Hold::Kind(kind)]);
            self.pairs.push(pair(leaf, kind));
            return Delta::Paired { old, new, leaf };
        }
        if allowed(Kind::Id) && self.follows_path(a, b) {
            return self.paired(old, new, rule.is_none(), vec![Hold::Kind(Kind::Id)]);
        }
        match rule {
            Some(Rule::Varies(holds)) => self.free(holds, old, new),
            _ => Delta::Replaced(old, new),
        }
    }
}
