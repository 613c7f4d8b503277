/* The kernel's types as far as the programs touch them. The loader finds where each field is in the running kernel
 * (CO-RE), so only names and sizes of fields count here, not their places. */
#ifndef NETMONITOR_KERNEL_H
#define NETMONITOR_KERNEL_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define SEC(name) __attribute__((section(name), used))
#define RELOCATED __attribute__((preserve_access_index))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))

/* Declarations of maps, in the form that loaders read from BTF. */
#define MAP_TYPE(number) int(*type)[number]
#define MAP_ENTRIES(number) int(*max_entries)[number]
#define MAP_KEY(of) of *key
#define MAP_VALUE(of) of *value

/* Kinds of maps, and flags (include/uapi/linux/bpf.h). */
#define HASH 1
#define ARRAY 2
#define NOEXIST 1

/* Helpers by their number (include/uapi/linux/bpf.h, ___BPF_FUNC_MAPPER). */
static void *(*map_lookup)(void *map, const void *key) = (void *)1;
static long (*map_update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*map_delete)(void *map, const void *key) = (void *)3;
static u64 (*current_pid_tgid)(void) = (void *)14;
static u64 (*current_uid_gid)(void) = (void *)15;
static u64 (*socket_cookie)(void *sock) = (void *)46;
static u64 (*current_cgroup_id)(void) = (void *)80;
static long (*read_user)(void *to, u32 size, const void *from) = (void *)112;
static long (*read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static void *(*current_task)(void) = (void *)158;

/* Reads a field through a pointer that the verifier does not follow. */
#define READ(from, field)                                                          \
	({                                                                         \
		typeof((from)->field) read = 0;                                    \
		read_kernel(&read, sizeof(read), &(from)->field);                  \
		read;                                                              \
	})

struct ns_common {
	u32 inum;
} RELOCATED;

struct net {
	struct ns_common ns;
} RELOCATED;

struct nsproxy {
	struct net *net_ns;
} RELOCATED;

struct inode {
	u16 i_mode;
} RELOCATED;

struct file {
	struct inode *f_inode;
	void *private_data;
} RELOCATED;

struct fdtable {
	u32 max_fds;
	struct file **fd;
} RELOCATED;

struct files_struct {
	struct fdtable *fdt;
} RELOCATED;

struct signal_struct {
	struct {
		int counter;
	} live;
} RELOCATED;

struct task_struct {
	struct signal_struct *signal;
	int tgid;
	u64 start_boottime;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	struct nsproxy *nsproxy;
	struct files_struct *files;
	char comm[16];
} RELOCATED;

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	u8 bytes[16];
};

struct sock_common {
	u32 skc_daddr;
	u32 skc_rcv_saddr;
	u16 skc_dport;
	u16 skc_num;
	u16 skc_family;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	struct {
		s64 counter;
	} skc_cookie;
} RELOCATED;

struct sock {
	struct sock_common __sk_common;
	u16 sk_type;
	u16 sk_protocol;
} RELOCATED;

struct socket {
	struct sock *sk;
} RELOCATED;

#endif
