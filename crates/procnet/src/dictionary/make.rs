//! Short forms for writing entries as tables: what a group has in common, and what each entry adds.

use super::{CounterKind, Entry, Growth};
use crate::cell::Unit;
use crate::proc::FileScope;

/// What the entries of a group have in common.
pub(super) struct Group {
    name: &'static str,
    scope: FileScope,
    unit: Unit,
}

impl Group {
    /// A group of this name.
    pub(super) const fn new(name: &'static str, scope: FileScope, unit: Unit) -> Self {
        Self { name, scope, unit }
    }

    /// A counter that grows with normal work.
    pub(super) const fn normal(&self, name: &'static str, full_name: &'static str) -> Entry {
        self.entry(name, full_name, CounterKind::Counter, Growth::Normal)
    }

    /// A counter that is worth a look when it grows fast.
    pub(super) const fn watch(&self, name: &'static str, full_name: &'static str) -> Entry {
        self.entry(name, full_name, CounterKind::Counter, Growth::Watch)
    }

    /// A counter of what was lost, refused or broken.
    pub(super) const fn warning(&self, name: &'static str, full_name: &'static str) -> Entry {
        self.entry(name, full_name, CounterKind::Counter, Growth::Warning)
    }

    /// A level or a setting.
    pub(super) const fn gauge(&self, name: &'static str, full_name: &'static str) -> Entry {
        self.entry(name, full_name, CounterKind::Gauge, Growth::None)
    }

    /// A figure that is compiled into the kernel.
    pub(super) const fn constant(&self, name: &'static str, full_name: &'static str) -> Entry {
        self.entry(name, full_name, CounterKind::Constant, Growth::None)
    }

    const fn entry(
        &self,
        name: &'static str,
        full_name: &'static str,
        kind: CounterKind,
        growth: Growth,
    ) -> Entry {
        Entry {
            group: self.name,
            name,
            full_name,
            kind,
            scope: self.scope,
            unit: self.unit,
            meaning: "",
            growth,
            next: "",
            source: "",
            related: &[],
            since: None,
        }
    }
}

impl Entry {
    pub(super) const fn unit(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    pub(super) const fn scope(self, scope: FileScope) -> Self {
        Self { scope, ..self }
    }

    pub(super) const fn meaning(self, meaning: &'static str) -> Self {
        Self { meaning, ..self }
    }

    pub(super) const fn next(self, next: &'static str) -> Self {
        Self { next, ..self }
    }

    pub(super) const fn source(self, source: &'static str) -> Self {
        Self { source, ..self }
    }

    pub(super) const fn related(self, related: &'static [&'static str]) -> Self {
        Self { related, ..self }
    }

    pub(super) const fn since(self, kernel: &'static str) -> Self {
        Self { since: Some(kernel), ..self }
    }
}
