/* SPDX-License-Identifier: MIT OR GPL-2.0-only
 *
 * The programs that run in the kernel, one header for each thing that they do.
 */
#include "count.h"
#include "roll.h"
#include "sockets.h"
#include "wire.h"
#include "zerocopy.h"
#include "life.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
