//! Pushes the same metrics over OTLP, as protobuf over HTTP, by the SDK of OpenTelemetry.
//!
//! The SDK asks instruments for their figures when they are to be sent. There is one for each family; that of a counter which
//! the kernel tells for the first time is made before the next sending. All of one sending are of one reading.

use std::collections::HashSet;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter, MeterProvider};
use opentelemetry_otlp::{MetricExporter, Protocol, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};

use crate::exposition::{Exposition, Filled, Kind, Number, Sample};
use crate::readings::Readings;

/// The SDK sends nothing by itself.
const NEVER: Duration = Duration::from_secs(u32::MAX as u64);

/// A receiver answers within this time.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where metrics are pushed, and how often.
#[derive(Debug, Clone)]
pub struct Push {
    /// URL of the receiver; one without a path gets `/v1/metrics`.
    pub url: String,
    /// Time between two pushes.
    pub interval: Duration,
    /// Name of the machine, `host.name`.
    pub host: String,
}

/// Metrics cannot be pushed.
#[derive(Debug, thiserror::Error)]
#[error("--otlp {url}: {why}")]
pub struct PushError {
    url: String,
    why: String,
}

/// Ends the pushing when it goes.
pub struct Pushing {
    _end: mpsc::Sender<()>,
}

impl Push {
    /// Begins to push, on a thread of its own; `tell` tells when it fails and when it goes on.
    pub fn start(self, readings: Readings, tell: fn(&str)) -> Result<Pushing, PushError> {
        let url = endpoint(&self.url);
        let wrong = |why: String| PushError { url: self.url.clone(), why };
        let exporter = MetricExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(&url)
            .with_timeout(PATIENCE)
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let resource = Resource::builder()
            .with_service_name("netmonitor")
            .with_attributes([KeyValue::new("host.name", self.host.clone())])
            .build();
        let reader = PeriodicReader::builder(exporter).with_interval(NEVER).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).with_resource(resource).build();
        let (end, ended) = mpsc::channel();
        let thread = Thread {
            meter: provider.meter("netmonitor"),
            provider,
            current: Arc::default(),
            known: HashSet::new(),
        };
        let interval = self.interval;
        std::thread::Builder::new()
            .name("otlp".into())
            .spawn(move || thread.run(&readings, (interval, &ended), tell))
            .map_err(|error: io::Error| wrong(error.to_string()))?;
        Ok(Pushing { _end: end })
    }
}

/// The path of metrics, where none is given.
fn endpoint(url: &str) -> String {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    match after.split_once('/') {
        None => format!("{url}/v1/metrics"),
        Some((_, "")) => format!("{url}v1/metrics"),
        Some(_) => url.to_owned(),
    }
}

/// The reading that is being sent.
type Current = Arc<Mutex<Arc<Exposition>>>;

struct Thread {
    provider: SdkMeterProvider,
    meter: Meter,
    current: Current,
    known: HashSet<String>,
}

impl Thread {
    fn run(
        mut self,
        readings: &Readings,
        (interval, ended): (Duration, &mpsc::Receiver<()>),
        tell: fn(&str),
    ) {
        let mut failed = false;
        while let Some(exposition) = readings.whole() {
            for filled in &exposition.families {
                if self.known.insert(filled.family.name.clone()) {
                    instrument(&self.meter, filled, &self.current);
                }
            }
            *self.current.lock().unwrap_or_else(PoisonError::into_inner) = exposition;
            let pushed = self.provider.force_flush();
            match &pushed {
                Err(error) if !failed => tell(&format!("metrics could not be pushed: {error}")),
                Ok(()) if failed => tell("metrics are pushed again"),
                _ => {}
            }
            failed = pushed.is_err();
            if ended.recv_timeout(interval) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        // What was sent is all there is.
        let _ = self.provider.shutdown();
    }
}

/// Makes the instrument of a family.
fn instrument(meter: &Meter, filled: &Filled, current: &Current) {
    let Filled { family, samples } = filled;
    let (name, help, unit) = (family.name.clone(), family.help.clone(), unit(&family.name));
    let is_float = samples.iter().any(|sample| matches!(sample.number, Number::Float(_)));
    let each = figures(family.name.clone(), current.clone());
    match (family.kind, is_float) {
        (Kind::Gauge, _) => {
            let give = observe(each, Number::as_f64);
            let gauge = meter.f64_observable_gauge(name).with_description(help).with_unit(unit);
            let _ = gauge.with_callback(give).build();
        }
        (Kind::Counter, true) => {
            let give = observe(each, Number::as_f64);
            let counter = meter.f64_observable_counter(name).with_description(help).with_unit(unit);
            let _ = counter.with_callback(give).build();
        }
        (Kind::Counter, false) => {
            let give = observe(each, Number::as_u64);
            let counter = meter.u64_observable_counter(name).with_description(help).with_unit(unit);
            let _ = counter.with_callback(give).build();
        }
    }
}

/// Gives the samples of a family in the reading that is being sent.
fn figures(name: String, current: Current) -> impl Fn(&mut dyn FnMut(&Sample)) + Send + Sync {
    move |give| {
        let exposition = current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let filled = exposition.families.iter().find(|filled| filled.family.name == name);
        filled.iter().flat_map(|filled| &filled.samples).for_each(give);
    }
}

fn observe<T: 'static>(
    each: impl Fn(&mut dyn FnMut(&Sample)) + Send + Sync,
    number: fn(Number) -> T,
) -> impl Fn(&dyn AsyncInstrument<T>) + Send + Sync {
    move |observer| {
        each(&mut |sample| {
            let label = |(name, value): (&'static str, &str)| KeyValue::new(name, value.to_owned());
            let labels: Vec<KeyValue> = sample.pairs().map(label).collect();
            observer.observe(number(sample.number), &labels);
        });
    }
}

/// The unit that a name ends in, as UCUM writes it.
fn unit(name: &str) -> &'static str {
    match name.rsplit('_').next() {
        Some("bytes") => "By",
        Some("seconds") => "s",
        Some("ratio") => "1",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;

    use netmonitor_core::detect::Thresholds;
    use netmonitor_core::snapshot::Snapshot;
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    use opentelemetry_proto::tonic::metrics::v1::metric::Data;
    use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Figure;
    use prost::Message;

    use super::*;
    use crate::metrics::{Choice, Own};
    use crate::readings::{Source, Taken};
    use crate::tests::World;

    /// A machine that stands still.
    struct Still(Arc<Snapshot>);

    impl Source for Still {
        fn read(&mut self) -> Taken {
            Taken { snapshot: self.0.clone(), own: Own { cpu: Some(1.5), ..Own::default() } }
        }

        fn rest(&mut self) -> Arc<Snapshot> {
            self.0.clone()
        }
    }

    /// Takes one push, as a receiver of OTLP does, and answers with this status.
    fn receive(listener: &TcpListener, status: &str) -> (String, ExportMetricsServiceRequest) {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let (mut head, mut length) = (String::new(), 0);
        while stream.read_line(&mut head).unwrap() > 2 {
            let last = head.lines().last().unwrap().to_lowercase();
            if let Some(words) = last.strip_prefix("content-length:") {
                length = words.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        stream.get_mut().write_all(answer.as_bytes()).unwrap();
        (head, ExportMetricsServiceRequest::decode(&*body).unwrap())
    }

    #[test]
    fn a_receiver_gets_every_family_with_its_figures() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let snapshot = World::new(5).snapshot(0, &[(7, "a", 123_457, false)], |_| {});
        let choice = Choice { top: 5, by_pid: false, namespaces: 1 };
        let (readings, _ended) = Readings::start(Still(snapshot), (choice, Thresholds::default())).unwrap();
        let push = Push {
            url: format!("http://{}", listener.local_addr().unwrap()),
            interval: Duration::from_millis(100),
            host: "machine".to_owned(),
        };
        let pushing = push.start(readings.clone(), |_| {}).unwrap();
        // A receiver that refuses one push gets the next.
        receive(&listener, "400 Bad Request");
        let (head, pushed) = receive(&listener, "200 OK");
        assert!(head.starts_with("POST /v1/metrics HTTP/1.1"), "{head}");
        let resource = &pushed.resource_metrics[0];
        let host = resource.resource.iter().flat_map(|it| &it.attributes).find(|it| it.key == "host.name");
        let host = host.and_then(|it| it.value.clone()?.value);
        assert_eq!(host, Some(Value::StringValue("machine".to_owned())));
        let metrics = &resource.scope_metrics[0].metrics;
        let find = |name: &str| metrics.iter().find(|metric| metric.name == name).unwrap();
        let sent = find("netmonitor_process_sent_bytes");
        assert_eq!(sent.unit, "By");
        let Some(Data::Sum(sum)) = &sent.data else { panic!("{sent:?}") };
        assert!(sum.is_monotonic);
        let of_a = |label: &opentelemetry_proto::tonic::common::v1::KeyValue| {
            label.value.clone().and_then(|it| it.value) == Some(Value::StringValue("a".to_owned()))
        };
        let figures = sum.data_points.iter().filter(|point| point.attributes.iter().any(of_a));
        let figures: Vec<_> = figures.filter_map(|point| point.value).collect();
        assert!(figures.contains(&Figure::AsInt(123_457)), "{figures:?}");
        let Some(Data::Sum(cpu)) = &find("process_cpu_seconds").data else { panic!() };
        assert_eq!(cpu.data_points[0].value, Some(Figure::AsDouble(1.5)));
        // What is told over HTTP is pushed, and nothing is left out.
        let whole = readings.whole().unwrap();
        for filled in &whole.families {
            assert!(metrics.iter().any(|metric| metric.name == filled.family.name), "{}", filled.family.name);
        }
        drop(pushing);
    }

    #[test]
    fn a_url_without_a_path_gets_that_of_metrics() {
        for (url, expected) in [
            ("http://a:4318", "http://a:4318/v1/metrics"),
            ("http://a:4318/", "http://a:4318/v1/metrics"),
            ("https://a/otlp/v1/metrics", "https://a/otlp/v1/metrics"),
        ] {
            assert_eq!(endpoint(url), expected);
        }
    }
}
