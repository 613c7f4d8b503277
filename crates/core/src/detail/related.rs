//! What belongs to a row in other tables: of an interface its addresses, the routes over it, its neighbours, its link.

use procnet::Value;

use super::{Group, Row};
use crate::format;
use crate::scope::Scope;
use crate::views::{self, View};

/// Tables whose rows are, or are about, an interface: tab, table, the column that has its name, and what is said of its rows.
const OF_INTERFACES: &[(&str, &str, &str, &str)] = &[
    ("links", "links", "interface", "The interface itself"),
    ("addresses", "addresses", "interface", "Its addresses"),
    ("routing", "routes", "interface", "Routes over it"),
    ("neighbours", "neighbours", "interface", "Its neighbours"),
];

/// No more rows of a table are told.
const MOST: usize = 12;

/// Columns of a row that are told.
const COLUMNS: usize = 6;

/// The tabs that have to be read for what belongs to rows of a table.
pub fn views(table: &str) -> impl Iterator<Item = &'static View> + use<> {
    let is_about = matches!(table, "interfaces" | "links" | "addresses" | "neighbours" | "arp")
        || table.starts_with("routes");
    OF_INTERFACES.iter().filter(move |_| is_about).filter_map(|(view, ..)| views::find(view))
}

impl Row<'_> {
    /// Rows of other tables.
    pub(super) fn related(&self) -> Vec<Group> {
        let name =
            ["interface", "oif_name", "device"].iter().find_map(|column| match self.value(column)? {
                Value::Text(name) => Some(name),
                _ => None,
            });
        let Some(name) = name.filter(|_| views(&self.table.name).next().is_some()) else { return Vec::new() };
        let others = OF_INTERFACES.iter().filter(|(_, table, ..)| *table != self.table.name);
        others.map(|(view, table, column, title)| self.rows_of((view, table, column, title), name)).collect()
    }

    /// Rows of a table that are about an interface, one in each line.
    fn rows_of(&self, (view, table, column, title): (&str, &str, &str, &str), name: &[u8]) -> Group {
        let mut group = Group::new(title);
        let view = views::find(view).and_then(|view| view.tables.iter().find(|known| known.name == table));
        let Some(view) = view.map(|table| table.view(self.snapshot, Scope::Namespace)) else { return group };
        let column = [column, "oif_name"]
            .into_iter()
            .find(|name| view.all_columns().iter().any(|it| it.name == *name));
        let Some(column) = column else { return group };
        let is_it = |row: &usize| view.named(*row, column) == Some(Value::Text(name));
        let mut places = view.default_places();
        places.truncate(COLUMNS);
        let rows: Vec<usize> = (0..view.len()).filter(is_it).collect();
        for row in rows.iter().take(MOST) {
            let mut cells = Vec::new();
            for place in &places {
                let (value, column) = (view.any_cell(*row, *place), &view.all_columns()[*place]);
                if !matches!(value, Value::Absent(_)) {
                    let mut text = format!("{} ", column.title);
                    format::cell(value, column, self.snapshot, &mut text);
                    cells.push(text);
                }
            }
            group.said.push(cells.join(" · "));
        }
        if let Some(more) = rows.len().checked_sub(MOST).filter(|more| *more > 0) {
            group.said.push(format!("and {more} more: see the tab"));
        }
        group
    }
}
