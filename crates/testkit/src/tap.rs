//! An interface whose other end is this process (`TAP`), with a speed that is set: a link that carries so much.

use std::fs::File;
use std::io::{Error, Read, Result};
use std::os::fd::{AsRawFd, OwnedFd};

/// `include/uapi/linux/if_tun.h`.
const TUNSETIFF: libc::Ioctl = 0x4004_54ca;

/// `include/uapi/linux/ethtool.h`.
const ETHTOOL_GLINKSETTINGS: u32 = 0x4c;
const ETHTOOL_SLINKSETTINGS: u32 = 0x4d;
const DUPLEX_FULL: u8 = 1;

/// `struct ethtool_link_settings` and more masks behind it than kernels have.
type Settings = [u8; 512];

/// Where it has the speed, the duplex, and the length of a mask in words.
const SPEED: usize = 4;
const DUPLEX: usize = 8;
const WORDS: usize = 15;

/// Makes one of this name that carries so many Mbit/s, and takes all that is sent over it.
pub(crate) fn open(name: &str, speed: u32) -> Result<OwnedFd> {
    let file = File::options().read(true).write(true).open("/dev/net/tun")?;
    let mut request = request(name);
    request.ifr_ifru.ifru_flags = (libc::IFF_TAP | libc::IFF_NO_PI) as libc::c_short;
    ask(file.as_raw_fd(), TUNSETIFF, &mut request)?;
    set_speed(name, speed)?;
    let mut taken = file.try_clone()?;
    std::thread::spawn(move || {
        let mut frame = [0; 65_536];
        while taken.read(&mut frame).is_ok() {}
    });
    Ok(file.into())
}

fn request(name: &str) -> libc::ifreq {
    // SAFETY: all zeros are a request for an interface without a name.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *place = byte as libc::c_char;
    }
    request
}

fn ask(fd: libc::c_int, what: libc::Ioctl, request: &mut libc::ifreq) -> Result<()> {
    // SAFETY: a request that is what these calls take.
    match unsafe { libc::ioctl(fd, what, &raw mut *request) } {
        0.. => Ok(()),
        _ => Err(Error::last_os_error()),
    }
}

fn set_speed(name: &str, speed: u32) -> Result<()> {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0")?;
    let mut settings: Settings = [0; 512];
    let order = |settings: &mut Settings, command: u32| {
        settings[..4].copy_from_slice(&command.to_ne_bytes());
        let mut request = request(name);
        request.ifr_ifru.ifru_data = settings.as_mut_ptr().cast();
        ask(socket.as_raw_fd(), libc::SIOCETHTOOL as libc::Ioctl, &mut request)
    };
    // The first answer says how long masks are, as a negative number; the second has them.
    order(&mut settings, ETHTOOL_GLINKSETTINGS)?;
    settings[WORDS] = settings[WORDS].wrapping_neg();
    order(&mut settings, ETHTOOL_GLINKSETTINGS)?;
    settings[SPEED..SPEED + 4].copy_from_slice(&speed.to_ne_bytes());
    settings[DUPLEX] = DUPLEX_FULL;
    order(&mut settings, ETHTOOL_SLINKSETTINGS)
}
