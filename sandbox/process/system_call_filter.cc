#include "sandbox/process/system_call_filter.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>

#include "sandbox/process/file_descriptor.h"
#include "sandbox/sandbox.h"

namespace meval::sandbox {
namespace {

constexpr const char* kRefused[] = {
    // Other processes.
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
    // Namespaces and mounts.
    "unshare", "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "open_tree",
    "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "open_by_handle_at",
    "name_to_handle_at", "fanotify_init", "quotactl", "quotactl_fd",
    // Parts of the kernel with a history of holes.
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "add_key", "request_key", "keyctl", "personality", "modify_ldt",
    "vmsplice", "lookup_dcookie", "move_pages", "migrate_pages", "mbind", "set_mempolicy",
    // The machine as a whole.
    "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot",
    "swapon", "swapoff", "syslog", "acct", "iopl", "ioperm", "settimeofday", "stime",
    "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "vhangup",
    "nfsservctl",
    // Memory beside every limit.
    "memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "semget", "msgget", "mq_open"};

constexpr std::uint64_t kNamespaces[] = {CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                         CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET};

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ALLOW), seccomp_release) {
    if (context_ == nullptr) throw SandboxError("libseccomp cannot make a filter");
  }

  // Calls this libseccomp has no number for do not exist for the kernels it knows.
  void Refuse(const char* name, int error) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) return;
    Check(seccomp_rule_add(context_.get(), SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error)),
                           number, 0));
  }

  void RefuseWhere(const char* name, const scmp_arg_cmp& argument) {
    Check(seccomp_rule_add(context_.get(), SCMP_ACT_ERRNO(EPERM),
                           seccomp_syscall_resolve_name(name), 1, argument));
  }

  std::string Export() const {
    const Pipe pipe = OpenPipe();
    Check(seccomp_export_bpf(context_.get(), pipe.write.number()));
    std::string bytes;
    ReadAvailable(pipe.read, std::numeric_limits<std::size_t>::max(), bytes);
    return bytes;
  }

 private:
  static void Check(int result) {
    if (result >= 0) return;
    errno = -result;
    ThrowSystemError("libseccomp refuses a rule");
  }

  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
};

}  // namespace

std::string SystemCallFilter() {
  Filter filter;
  for (const char* name : kRefused) filter.Refuse(name, EPERM);
  filter.Refuse("clone3", ENOSYS);
  for (const std::uint64_t flag : kNamespaces) {
    filter.RefuseWhere("clone", {0, SCMP_CMP_MASKED_EQ, flag, flag});
  }
  filter.RefuseWhere("socket", {0, SCMP_CMP_NE, AF_UNIX, 0});
  // What these write into a terminal comes back as if somebody had typed it. Only the lower half of
  // a request counts.
  constexpr std::uint64_t kLowerHalf = 0xffffffff;
  filter.RefuseWhere("ioctl", {1, SCMP_CMP_MASKED_EQ, kLowerHalf, TIOCSTI});
  filter.RefuseWhere("ioctl", {1, SCMP_CMP_MASKED_EQ, kLowerHalf, TIOCLINUX});
  return filter.Export();
}

}  // namespace meval::sandbox
