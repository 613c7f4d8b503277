//! Tls: the counters of TLS in the kernel, as `net/tls_stat` prints them; the file is there when TLS is
//! loaded. `net/tls/tls_proc.c` `tls_mib_list`. The file's names begin with the group.

use super::Entry;
use super::make::Group;
use crate::cell::Unit;
use crate::proc::FileScope;

/// TLS of the namespace.
const TLS: Group = Group::new("Tls", FileScope::Namespace, Unit::Count);

/// All entries of this file.
pub(super) const ENTRIES: &[Entry] = &[
    TLS.gauge("TlsCurrTxSw", "current TLS send sessions, software")
        .meaning("Connections open now whose TLS records the kernel encrypts by the CPU.")
        .source("net/tls/tls_main.c do_tls_setsockopt_conf, tls_sk_proto_cleanup")
        .related(&["Tls.TlsTxSw"]),
    TLS.gauge("TlsCurrTxDevice", "current TLS send sessions, device")
        .meaning("Connections open now whose TLS records the kernel encrypts in the network card.")
        .source("net/tls/tls_main.c do_tls_setsockopt_conf, tls_sk_proto_cleanup")
        .related(&["Tls.TlsTxDevice"]),
    TLS.gauge("TlsCurrRxSw", "current TLS receive sessions, software")
        .meaning("Connections open now whose TLS records the kernel decrypts by the CPU.")
        .source("net/tls/tls_main.c do_tls_setsockopt_conf, tls_sk_proto_cleanup")
        .related(&["Tls.TlsRxSw"]),
    TLS.gauge("TlsCurrRxDevice", "current TLS receive sessions, device")
        .meaning("Connections open now whose TLS records the kernel decrypts in the network card.")
        .source("net/tls/tls_main.c do_tls_setsockopt_conf, tls_sk_proto_cleanup")
        .related(&["Tls.TlsRxDevice"]),
    TLS.normal("TlsTxSw", "TLS send sessions, software")
        .meaning(
            "A program asked the kernel to encrypt TLS records of a connection, and it is done by the CPU.",
        )
        .next(
            "With a card that can do it, a growing TlsTxSw means that offload was refused: look at ethtool \
             -k.",
        )
        .source("net/tls/tls_main.c do_tls_setsockopt_conf")
        .related(&["Tls.TlsCurrTxSw"]),
    TLS.normal("TlsTxDevice", "TLS send sessions, device")
        .meaning(
            "A program asked the kernel to encrypt TLS records of a connection, and it is done in the \
             network card.",
        )
        .source("net/tls/tls_main.c do_tls_setsockopt_conf")
        .related(&["Tls.TlsCurrTxDevice"]),
    TLS.normal("TlsRxSw", "TLS receive sessions, software")
        .meaning(
            "A program asked the kernel to decrypt TLS records of a connection, and it is done by the CPU.",
        )
        .next(
            "With a card that can do it, a growing TlsRxSw means that offload was refused: look at ethtool \
             -k.",
        )
        .source("net/tls/tls_main.c do_tls_setsockopt_conf")
        .related(&["Tls.TlsCurrRxSw"]),
    TLS.normal("TlsRxDevice", "TLS receive sessions, device")
        .meaning(
            "A program asked the kernel to decrypt TLS records of a connection, and it is done in the \
             network card.",
        )
        .source("net/tls/tls_main.c do_tls_setsockopt_conf")
        .related(&["Tls.TlsCurrRxDevice"]),
    TLS.warning("TlsDecryptError", "TLS decrypt errors")
        .meaning(
            "A TLS record could not be decrypted: damaged, forged, or keys that do not match. The connection \
             is broken then.",
        )
        .next("Look at the program that set the keys, and at its peer.")
        .source("net/tls/tls_sw.c tls_decrypt_sw, tls_decrypt_done")
        .related(&["Tls.TlsRxSw"]),
    TLS.watch("TlsRxDeviceResync", "TLS receive device resyncs")
        .meaning(
            "The network card lost track of the TLS records of a connection and was told where to go on.",
        )
        .next("Look for loss and reordering, which cost the card its place.")
        .source("net/tls/tls_device.c tls_device_resync_rx")
        .related(&["Tls.TlsRxDevice"]),
    TLS.normal("TlsDecryptRetry", "TLS decrypt retries")
        .meaning(
            "A record had to be decrypted twice, because it went straight to the program's memory and was no \
             plain data.",
        )
        .source("net/tls/tls_sw.c tls_decrypt_sw")
        .related(&["Tls.TlsRxNoPadViolation"])
        .since("6.0"),
    TLS.watch("TlsRxNoPadViolation", "TLS receive no-padding violations")
        .meaning(
            "A record was padded although the program promised that the peer does not pad \
             (TLS_RX_EXPECT_NO_PAD). Each one is also a TlsDecryptRetry.",
        )
        .next("The program should not make that promise for this peer.")
        .source("net/tls/tls_sw.c tls_decrypt_sw")
        .related(&["Tls.TlsDecryptRetry"])
        .since("6.0"),
    TLS.normal("TlsRxRekeyOk", "TLS receive rekeys")
        .meaning("A program gave the kernel new keys to decrypt with (TLS 1.3 key update).")
        .source("net/tls/tls_main.c do_tls_setsockopt_conf")
        .related(&["Tls.TlsRxRekeyReceived", "Tls.TlsTxRekeyOk"])
        .since("6.14"),
    TLS.warning("TlsRxRekeyError", "TLS receive rekey errors")
        .meaning(
            "New keys to decrypt with were refused: they do not fit the session, or no key update had come.",
        )
        .next("Look at the program that sets the keys.")
        .source("net/tls/tls_main.c do_tls_setsockopt_conf")
        .related(&["Tls.TlsRxRekeyOk", "Tls.TlsRxRekeyReceived"])
        .since("6.14"),
    TLS.normal("TlsTxRekeyOk", "TLS send rekeys")
        .meaning("A program gave the kernel new keys to encrypt with (TLS 1.3 key update).")
        .source("net/tls/tls_main.c do_tls_setsockopt_conf")
        .related(&["Tls.TlsRxRekeyOk"])
        .since("6.14"),
    TLS.warning("TlsTxRekeyError", "TLS send rekey errors")
        .meaning("New keys to encrypt with were refused: they do not fit the session.")
        .next("Look at the program that sets the keys.")
        .source("net/tls/tls_main.c do_tls_setsockopt_conf")
        .related(&["Tls.TlsTxRekeyOk"])
        .since("6.14"),
    TLS.normal("TlsRxRekeyReceived", "TLS receive key updates")
        .meaning(
            "The peer said that it goes on with new keys; nothing more is decrypted until the program sets \
             them.",
        )
        .next(
            "If TlsRxRekeyOk does not follow: the program does not know key updates, and its connections \
             stall.",
        )
        .source("net/tls/tls_sw.c tls_check_pending_rekey")
        .related(&["Tls.TlsRxRekeyOk", "Tls.TlsRxRekeyError"])
        .since("6.14"),
];
