package worker

import (
	"errors"
	"os"
	"strconv"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// enterSandbox takes from this process what proving does not need: priority, core
// dumps, files and network (Landlock), and all system calls but those of memory,
// threads, time and open pipes (seccomp). If the machine runs out of memory, it is this
// process that goes. It needs no privileges, and there is no way back.
func enterSandbox() (s sandboxed) {
	// Without error if it cannot be: the worker is no worse off than it was.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	if threads, err := os.ReadDir("/proc/self/task"); err == nil {
		for _, thread := range threads {
			if id, err := strconv.Atoi(thread.Name()); err == nil {
				_ = unix.Setpriority(unix.PRIO_PROCESS, id, niceness)
			}
		}
	}
	s.note("core dumps off", DisableCoreDumps())
	s.note("no files and network (landlock)", giveUpFiles())
	s.note("few system calls (seccomp)", limitSystemCalls())
	return s
}

// systemCalls are those that the Go runtime makes of a program that computes and reads
// and writes open pipes.
var systemCalls = []string{
	"brk", "clock_gettime", "clock_nanosleep", "clone", "clone3", "close", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait",
	"eventfd2", "exit", "exit_group", "fcntl", "futex", "getcpu", "getpid", "getrandom", "gettid", "gettimeofday", "madvise", "mincore", "mmap",
	"mprotect", "mremap", "munmap", "nanosleep", "ppoll", "poll", "pipe2", "prctl", "read", "readv", "restart_syscall", "rseq",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield", "set_robust_list", "setitimer", "sigaltstack",
	"tgkill", "timer_create", "timer_delete", "timer_settime", "uname", "write", "writev",
}

// limitMemory lets a prover have so many bytes of memory that can be written, all that it
// has mapped counted; it ends if it wants more. It cannot change that itself: the system
// call is not among those that it may make.
func limitMemory(pid int, bytes int64) {
	// Without error if it cannot be: the estimate alone holds then.
	_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: uint64(bytes), Max: unix.RLIM_INFINITY}, nil)
}

// giveUpFiles lets this process open no file and make no connection any more.
func giveUpFiles() error {
	const askVersion = 1
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, askVersion)
	if errno != 0 {
		return errno
	}
	if err := landlock.V5.BestEffort().Restrict(); err != nil {
		return err
	}
	if version < 4 {
		return errors.New("no files, but network: the kernel is older than 6.7")
	}
	return nil
}

// limitSystemCalls makes all others fail with EPERM, on all threads.
func limitSystemCalls() error {
	info, err := arch.GetInfo("")
	if err != nil {
		return err
	}
	var names []string
	for _, name := range systemCalls {
		if _, ok := info.SyscallNames[name]; ok { // some are of other architectures
			names = append(names, name)
		}
	}
	return seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true,
		Flag:       seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionErrno,
			Syscalls:      []seccomp.SyscallGroup{{Action: seccomp.ActionAllow, Names: names}},
		},
	})
}
