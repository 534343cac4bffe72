//! Modules, and what their names stand for: imports followed, nothing executed.

mod module;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::syntax::{Expr, ExprKind, StatementKind};
use super::{Error, ReadFile};
use crate::finding::Finding;

pub(super) use module::{ClassRef, Module, Place, binding};

/// How many names may lead from one to the next; imports may turn in circles.
const MAX_DEPTH: usize = 64;

/// How many names may be looked up to find out what one stands for.
const MAX_LOOKUPS: usize = 4096;

/// How far a search for a name may still go.
#[derive(Clone, Copy)]
struct Steps<'b> {
    depth: usize,
    lookups: &'b Cell<usize>,
}

impl<'b> Steps<'b> {
    fn new(lookups: &'b Cell<usize>) -> Self {
        let depth = MAX_DEPTH;
        Self { depth, lookups }
    }

    /// One step further, where that is allowed.
    fn down(self) -> Option<Self> {
        self.lookups.set(self.lookups.get().checked_sub(1)?);
        let depth = self.depth.checked_sub(1)?;
        Some(Self { depth, ..self })
    }
}

/// All modules that were asked for, each read once. Any thread may ask.
pub(super) struct Modules<'a> {
    roots: &'a [String],
    read: &'a ReadFile<'a>,
    known: Mutex<HashMap<String, Arc<Slot>>>,
    failed: Mutex<Option<Error>>,
}

type Slot = OnceLock<Option<Arc<Module>>>;

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Entity {
    Module(Arc<Module>),
    Class(ClassRef),
    Function(Place),
    /// A name of a module that is given a value.
    Value(Place),
    /// Something of a module that is not in the source; its dotted name.
    External(String),
    /// Nobody knows.
    Unknown,
}

impl<'a> Modules<'a> {
    pub fn new(roots: &'a [String], read: &'a ReadFile<'a>) -> Self {
        Self {
            roots,
            read,
            known: Mutex::default(),
            failed: Mutex::default(),
        }
    }

    /// The module of a dotted name, where the source has it.
    pub fn get(&self, name: &str) -> Option<Arc<Module>> {
        let slot = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(name.to_owned()).or_default())
        };
        slot.get_or_init(|| self.load(name)).clone()
    }

    fn load(&self, name: &str) -> Option<Arc<Module>> {
        let is_name = |part: &str| {
            let starts = part.starts_with(|c: char| c.is_alphabetic() || c == '_');
            starts && part.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        if !name.split('.').all(is_name) {
            return None;
        }
        let path = name.replace('.', "/");
        for root in self.roots {
            let below = match root.as_str() {
                "." => path.clone(),
                root => format!("{root}/{path}"),
            };
            for (file, is_package) in [
                (format!("{below}/__init__.py"), true),
                (format!("{below}.py"), false),
            ] {
                match (self.read)(&file) {
                    Ok(Some(bytes)) => {
                        return Some(Arc::new(Module::new(name, file, &bytes, is_package)));
                    }
                    Ok(None) => {}
                    Err(source) => {
                        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                        failed.get_or_insert(Error::Read { path: file, source });
                        return None;
                    }
                }
            }
        }
        None
    }

    /// What is wrong with the modules that were read.
    ///
    /// # Errors
    /// A file that could not be read.
    pub fn into_findings(self) -> Result<Vec<Finding>, Error> {
        let failed = self.failed.into_inner();
        if let Some(error) = failed.unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let known = self.known.into_inner();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        let modules = known.values().filter_map(|slot| slot.get()?.as_ref());
        Ok(modules.flat_map(|module| module.findings.clone()).collect())
    }

    /// What an expression of a module stands for, as far as names lead.
    pub fn resolve(&self, module: &Arc<Module>, expr: &Expr) -> Entity {
        let lookups = Cell::new(MAX_LOOKUPS);
        self.resolve_within(module, expr, Steps::new(&lookups))
    }

    fn resolve_within(&self, module: &Arc<Module>, expr: &Expr, steps: Steps<'_>) -> Entity {
        match &expr.kind {
            ExprKind::Name(name) => self.lookup(module, name, steps),
            ExprKind::Attribute(object, name) => {
                let Some(left) = steps.down() else {
                    return Entity::Unknown;
                };
                match self.resolve_within(module, object, left) {
                    Entity::Module(module) => self.member(&module, name, left),
                    Entity::External(path) => Entity::External(format!("{path}.{name}")),
                    _ => Entity::Unknown,
                }
            }
            _ => Entity::Unknown,
        }
    }

    /// What a dotted name stands for, seen from nowhere: `package.module.name`.
    pub fn dotted(&self, path: &str) -> Entity {
        if let Some(module) = self.get(path) {
            return Entity::Module(module);
        }
        match path
            .rsplit_once('.')
            .map(|(module, name)| (self.get(module), name))
        {
            Some((Some(module), name)) => {
                let lookups = Cell::new(MAX_LOOKUPS);
                self.member(&module, name, Steps::new(&lookups))
            }
            _ => Entity::External(path.to_owned()),
        }
    }

    /// What a name of a module stands for, seen from outside.
    fn member(&self, module: &Arc<Module>, name: &str, steps: Steps<'_>) -> Entity {
        match self.lookup(module, name, steps) {
            Entity::Unknown => {
                let submodule = self.get(&format!("{}.{name}", module.name));
                submodule.map_or(Entity::Unknown, Entity::Module)
            }
            found => found,
        }
    }

    fn lookup(&self, module: &Arc<Module>, name: &str, steps: Steps<'_>) -> Entity {
        let Some(left) = steps.down() else {
            return Entity::Unknown;
        };
        let Some((statement, found)) = binding(module.statements(name)) else {
            return self.starred(module, name, left);
        };
        let module = Arc::clone(module);
        match &found.kind {
            StatementKind::Class(_) => Entity::Class(ClassRef { module, statement }),
            StatementKind::Function(_) => Entity::Function(Place { module, statement }),
            StatementKind::Assign { value, .. } => {
                // A name for another name.
                if value.dotted().is_some() {
                    match self.resolve_within(&module, value, left) {
                        // What changes a value under its other name is asked for there.
                        Entity::Unknown | Entity::Value(_) => {}
                        entity => return entity,
                    }
                }
                Entity::Value(Place { module, statement })
            }
            StatementKind::Import { module: path, .. } => self.imported(&module, path),
            StatementKind::From {
                level,
                module: from,
                original,
                ..
            } => {
                let Some(path) = module.absolute(*level, from) else {
                    return Entity::Unknown;
                };
                let sibling = module.sibling(&path).filter(|_| *level == 0);
                let source = self.get(&path).or_else(|| self.get(&sibling?));
                match source {
                    // A package that imports its own submodule names it so.
                    Some(source) if source.name == module.name => {
                        let submodule = self.get(&format!("{}.{original}", source.name));
                        submodule.map_or(Entity::Unknown, Entity::Module)
                    }
                    Some(source) => self.member(&source, original, left),
                    // A folder without `__init__.py` is a package as well.
                    None => match self.get(&format!("{path}.{original}")) {
                        Some(submodule) => Entity::Module(submodule),
                        None => Entity::External(format!("{path}.{original}")),
                    },
                }
            }
            _ => Entity::Unknown,
        }
    }

    fn imported(&self, module: &Module, path: &str) -> Entity {
        let sibling = || self.get(&module.sibling(path)?);
        match self.get(path).or_else(sibling) {
            Some(found) => Entity::Module(found),
            None => Entity::External(path.to_owned()),
        }
    }

    /// What `from module import *` gives a name.
    fn starred(&self, module: &Arc<Module>, name: &str, steps: Steps<'_>) -> Entity {
        let stars = module.body.iter().rev().filter_map(|one| match &one.kind {
            StatementKind::Star {
                level,
                module: from,
            } => module.absolute(*level, from),
            _ => None,
        });
        for path in stars {
            let source = self.get(&path).filter(|source| source.name != module.name);
            if let Some(source) = source {
                match self.lookup(&source, name, steps) {
                    Entity::Unknown => {}
                    found => return found,
                }
            }
        }
        Entity::Unknown
    }
}
