//! The hours of healthy work in which nothing may be found that is a warning or worse: the test of each, and what it is in
//! words. `docs/scenarios.md` tells them, too.

/// All of them.
pub(crate) static HOURS: &[(&str, &str)] = &[
    ("a_busy_web_server_and_a_busy_client", "serves many clients, and asks services of its own for them"),
    ("a_database_with_long_connections", "is a database whose clients stay connected"),
    ("a_download_of_packages", "downloads packages every ten minutes"),
    ("an_upload_of_a_backup", "uploads a backup at two thirds of the link"),
    ("a_clock_that_is_set_over_the_network", "sets the clock by NTP"),
    ("a_browser_that_opens_pages", "is a browser: bursts of connections to many hosts, some of them refused"),
    ("a_resolver_of_dns", "resolves names for others"),
    ("a_scraper_of_metrics", "asks 40 machines for metrics, of which some are down"),
    ("a_session_of_ssh_that_idles", "is a session of SSH that idles"),
    ("a_load_generator_on_loopback", "generates load on loopback"),
];
