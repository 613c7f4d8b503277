//! Searching in order among numbers that the kernel gives in turn: inodes, cookies.

/// The place of the first row whose number is not before `wanted`; rows stand in the order of their numbers. Numbers are given
/// in turn, so that it is near the place that it would have if none were missing: to look there takes a fraction of the
/// misses of a search from the middle.
pub(crate) fn first_from<T>(rows: &[T], wanted: u64, number: impl Fn(&T) -> u64) -> usize {
    let (Some(first), Some(last)) = (rows.first().map(&number), rows.last().map(&number)) else { return 0 };
    if wanted <= first || wanted > last {
        return if wanted <= first { 0 } else { rows.len() };
    }
    let part = (wanted - first) as f64 / (last - first) as f64;
    let near = ((part * rows.len() as f64) as usize).min(rows.len() - 1);
    let (mut low, mut high, mut step) = (near, near, 1);
    while number(&rows[low]) >= wanted {
        low = low.saturating_sub(step);
        step *= 2;
    }
    while number(&rows[high]) < wanted {
        high = (high + step).min(rows.len() - 1);
        step *= 2;
    }
    low + rows[low..high].partition_point(|row| number(row) < wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_found_wherever_some_are_missing() {
        // Near each other, far apart, several times the same, the largest there is.
        let lists: [&[u64]; 5] =
            [&[], &[7], &[3, 3, 3], &[1, 2, 3, 4, 900, 901, 901, u64::MAX], &[5, 6, 1 << 40, 1 << 41]];
        for list in lists {
            let near = |number: &u64| [number.saturating_sub(1), *number, number.saturating_add(1)];
            for wanted in list.iter().flat_map(near).chain([0, u64::MAX]) {
                let place = list.partition_point(|known| *known < wanted);
                assert_eq!(first_from(list, wanted, |known| *known), place, "{wanted}");
            }
        }
    }
}
