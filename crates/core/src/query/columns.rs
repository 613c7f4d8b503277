//! Which columns are shown, and in what order.

use procnet::Column;

use super::LONGEST;
use super::error::{Error, ErrorKind, cited};
use super::nearest;
use super::pattern::Pattern;

/// Reads names of columns, separated by commas, and gives their places in that order, each once.
///
/// `*` stands for any letters: alone it is all columns. `-name` leaves out what was named before it, `+name`
/// adds; a list that begins with one of these begins with the columns that are `shown` anyway, and so does
/// an empty one.
///
/// # Errors
///
/// Says which name is no column's, and that no column is left.
pub fn pick(text: &str, columns: &[Column], shown: &[usize]) -> Result<Vec<usize>, Error> {
    pick_with(text, columns, shown, Err)
}

/// The same for a table that is one of several: names that it has not are passed over, if one is left.
///
/// # Errors
///
/// Says which name is no column's, where none of them is, and that no column is left.
pub fn pick_known(text: &str, columns: &[Column], shown: &[usize]) -> Result<Vec<usize>, Error> {
    let mut unknown = None;
    let picked = pick_with(text, columns, shown, |error| match error.kind {
        ErrorKind::Column => {
            unknown.get_or_insert(error);
            Ok(Vec::new())
        }
        ErrorKind::Syntax | ErrorKind::Value => Err(error),
    });
    picked.map_err(|error| unknown.unwrap_or(error))
}

/// `otherwise` says what a name means that cannot be understood.
fn pick_with(
    text: &str,
    columns: &[Column],
    shown: &[usize],
    mut otherwise: impl FnMut(Error) -> Result<Vec<usize>, Error>,
) -> Result<Vec<usize>, Error> {
    if text.len() > LONGEST {
        return Err(Error::syntax(LONGEST..text.len(), format!("longer than {LONGEST} bytes")));
    }
    let begins_with_shown = text.trim_start().starts_with(['+', '-']) || text.trim().is_empty();
    let mut picked = if begins_with_shown { shown.to_vec() } else { Vec::new() };
    if text.trim().is_empty() {
        return Ok(picked);
    }
    let mut is_picked = vec![false; columns.len()];
    picked.retain(|place| is_picked.get_mut(*place).is_some_and(|is| !std::mem::replace(is, true)));
    for (start, word) in words(text) {
        let (name, leaves_out) = match word.strip_prefix(['+', '-']) {
            Some(name) => (name, word.starts_with('-')),
            None => (word, false),
        };
        for place in named(name, start + word.len() - name.len(), columns).or_else(&mut otherwise)? {
            if leaves_out && is_picked[place] {
                picked.retain(|picked| *picked != place);
            } else if !leaves_out && !is_picked[place] {
                picked.push(place);
            }
            is_picked[place] = !leaves_out;
        }
    }
    if picked.is_empty() {
        return Err(Error::value(0..text.len(), "no column is left"));
    }
    Ok(picked)
}

/// Words between commas without the blanks around them, and their places.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(',').scan(0, |start, part| {
        let place = *start + part.len() - part.trim_start().len();
        *start += part.len() + 1;
        Some((place, part.trim()))
    })
}

fn named(name: &str, start: usize, columns: &[Column]) -> Result<Vec<usize>, Error> {
    let at = start..start + name.len();
    if name.is_empty() {
        return Err(Error::syntax(at, "the name of a column is missing here"));
    }
    if !name.contains('*') {
        return nearest::column(columns, name, at).map(|place| vec![place]);
    }
    let pattern = Pattern::new(&name.split('*').collect::<Vec<_>>());
    let places: Vec<usize> = (0..)
        .zip(columns)
        .filter(|(_, column)| pattern.matches(column.name.as_bytes()))
        .map(|(at, _)| at)
        .collect();
    if places.is_empty() {
        return Err(Error {
            at,
            kind: ErrorKind::Column,
            message: format!("no column is like {}", cited(name)),
        });
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use procnet::{Kind, Unit};

    fn columns() -> Vec<Column> {
        let column = |name| Column { name, title: "", unit: Unit::None, kind: Kind::Info, doc: "" };
        ["state", "rtt_us", "bytes_sent", "bytes_acked", "inode"].map(column).into()
    }

    #[test]
    fn names_in_order() {
        for (text, places) in [
            ("state,rtt_us", vec![0, 1]),
            (" inode , state ", vec![4, 0]),
            ("RTT_us", vec![1]),
            ("state,state", vec![0]),
            ("*", vec![0, 1, 2, 3, 4]),
            ("inode,*", vec![4, 0, 1, 2, 3]),
            ("*,-inode", vec![0, 1, 2, 3]),
            ("bytes_*", vec![2, 3]),
            ("*,-bytes_*,bytes_sent", vec![0, 1, 4, 2]),
            ("+inode", vec![1, 0, 4]),
            ("-state", vec![1]),
            ("+state", vec![1, 0]),
            ("-*,inode", vec![4]),
            ("-inode", vec![1, 0]),
            ("", vec![1, 0]),
            ("  ", vec![1, 0]),
        ] {
            assert_eq!(pick(text, &columns(), &[1, 0]), Ok(places), "{text}");
        }
        assert_eq!(pick("+inode", &columns(), &[9, 1, 1]), Ok(vec![1, 4]));
    }

    #[test]
    fn of_several_tables_each_takes_the_names_that_it_has() {
        let known = |text: &str| pick_known(text, &columns(), &[0, 1]);
        assert_eq!(known("name,state,value"), Ok(vec![0]));
        assert_eq!(known("+name"), Ok(vec![0, 1]));
        assert_eq!(known("-name*,-state"), Ok(vec![1]));
        assert_eq!(known(" name,value").unwrap_err().at, 1..5);
        assert_eq!(known("state,,inode").unwrap_err().kind, ErrorKind::Syntax);
        assert_eq!(known("-state,-rtt_us").unwrap_err().message, "no column is left");
    }

    #[test]
    fn wrong_names_have_a_place() {
        let wrong = |text: &str| pick(text, &columns(), &[0]).unwrap_err();
        assert_eq!(wrong("state, stat").at, 7..11);
        assert!(wrong("state, stat").message.contains("nearest: state"));
        assert_eq!(wrong("state,,inode").at, 6..6);
        assert_eq!(wrong("state,").at, 6..6);
        assert_eq!(wrong("*,-foo*").at, 3..7);
        assert_eq!(wrong("+").at, 1..1);
        assert_eq!(wrong("-state").message, "no column is left");
        assert_eq!(wrong(&"a".repeat(5000)).at, 4096..5000);
        assert_eq!(wrong("é,state").render("é,state"), "é,state\n^");
    }
}
