//! The values that templates see.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher};
use std::net::TcpListener;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::{Error, ErrorKind};
use super::template::{Expression, Lookup};

/// Free ports of our choosing, by the name behind `port.`; `{{ port }}` has an empty name.
///
/// A port stays bound, so that nobody else takes it, until [`Ports::release`].
#[derive(Debug, Default)]
pub(super) struct Ports {
    numbers: BTreeMap<String, u16>,
    held: Vec<TcpListener>,
}

impl Ports {
    /// Takes one free port of the loopback address a name.
    pub fn take(names: &BTreeSet<String>) -> Result<Self, Error> {
        let mut ports = Self::default();
        for name in names {
            let (listener, number) = TcpListener::bind(("127.0.0.1", 0))
                .and_then(|listener| {
                    let number = listener.local_addr()?.port();
                    Ok((listener, number))
                })
                .map_err(|error| {
                    Error::new(
                        ErrorKind::Io,
                        format!("no free port on 127.0.0.1 could be found: {error}"),
                    )
                })?;
            ports.numbers.insert(name.clone(), number);
            ports.held.push(listener);
        }
        Ok(ports)
    }

    /// Lets the ports go, for the servers that want them.
    pub fn release(&mut self) {
        self.held.clear();
    }

    /// The numbers, by name.
    pub fn numbers(&self) -> BTreeMap<String, u16> {
        self.numbers.clone()
    }
}

/// Names and their values: those of the fixtures, then those that earlier requests saved.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    ports: Arc<BTreeMap<String, u16>>,
    /// Variables by name; they win over the names that we define.
    pub variables: Map<String, Value>,
}

impl Scope {
    /// A scope without variables.
    pub fn new(ports: BTreeMap<String, u16>) -> Self {
        Self {
            ports: Arc::new(ports),
            variables: Map::new(),
        }
    }

    /// The same scope with one more value.
    pub fn with(&self, name: &str, value: impl Into<Value>) -> Self {
        let mut scope = self.clone();
        scope.variables.insert(name.to_owned(), value.into());
        scope
    }
}

impl Lookup for Scope {
    fn value(&self, expression: &Expression) -> Option<Value> {
        if let Some(value) = self.variables.get(&expression.name()) {
            return Some(value.clone());
        }
        match expression {
            Expression::Variable(_) => None,
            Expression::Env(name) => env(name).map(Value::from),
            Expression::Port(name) => self.ports.get(name).copied().map(Value::from),
            Expression::Program => {
                let program = std::env::current_exe().ok()?;
                Some(program.to_string_lossy().into_owned().into())
            }
            Expression::Uuid => Some(uuid().into()),
            Expression::Now => Some(now().into()),
            Expression::Literal(text) => Some(text.as_str().into()),
        }
    }
}

/// A variable of the environment, where it is set and is text; an empty one is mostly a secret that a workflow does not have.
pub(super) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Why an expression such as `env.NAME` has no value; `None` where it has one, or is another one.
pub(super) fn unset(expression: &str) -> Option<String> {
    let name = expression.strip_prefix("env.")?;
    match (env(name), std::env::var_os(name)) {
        (Some(_), _) => None,
        (None, None) => Some(format!("the environment has no variable {name}")),
        (None, Some(value)) if value.is_empty() => {
            Some(format!("the variable {name} of the environment is empty"))
        }
        (None, Some(_)) => Some(format!(
            "the variable {name} of the environment is not UTF-8"
        )),
    }
}

/// What to do then.
pub(super) const SET_IT: &str = "set it before you run this";

fn now() -> String {
    let seconds = jiff::Timestamp::now().as_second();
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::new(), |time| time.to_string())
}

/// A random UUID (RFC 9562, section 5.4). The standard library seeds its hashers from the system's
/// random numbers; that is random enough for a name that must not repeat, and no secret.
pub(super) fn uuid() -> String {
    let word = || RandomState::new().build_hasher().finish();
    let (high, low) = (word(), word());
    let high = (high & !0xf000) | 0x4000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_free_and_differ() {
        let names = ["", "db"].map(str::to_owned).into();
        let mut ports = Ports::take(&names).unwrap();
        let scope = Scope::new(ports.numbers());
        let port = |name: &str| scope.value(&Expression::Port(name.to_owned()));
        assert!(port("").is_some());
        assert_ne!(port(""), port("db"));
        assert_eq!(port("x"), None);
        ports.release();
        let number = ports.numbers()["db"];
        assert!(TcpListener::bind(("127.0.0.1", number)).is_ok());
    }

    #[test]
    fn uuids_have_their_form_and_differ() {
        let (one, other) = (uuid(), uuid());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&one.as_bytes()[19]));
        assert_eq!(now().len(), "2024-01-01T00:00:00Z".len());
    }

    #[test]
    fn variables_win_over_our_own_names() {
        let scope = Scope::new([(String::new(), 1)].into()).with("port", "mine");
        let port = Expression::Port(String::new());
        assert_eq!(scope.value(&port), Some("mine".into()));
    }
}
