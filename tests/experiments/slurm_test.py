#!/usr/bin/env python3
"""A sweep under a real Slurm on this machine: an array, a worker that is killed and comes back, a time limit
with its signal, and the collect job.

    slurm_test.py FOLDER_OF_THE_PROGRAMS     exit: 0 passed, 1 failed, 77 there is no way to get Slurm

Needs root (slurmd does). Takes Debian's packages into a temporary folder, unless SLURM_ROOT names one where
`dpkg -x` has put them: nothing is installed. No munge: AuthType=auth/none.
"""
import glob
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
PACKAGES = ["slurmctld", "slurmd", "slurm-client", "slurm-wlm-basic-plugins"]
TINY = ["--hparams", '{"mlp_width": 4, "mlp_depth": 1, "batch_size": 8}', "--evaluate-examples", "8"]
CONF = """ClusterName=test
SlurmctldHost={host}
SlurmctldPort={port}
SlurmdPort={node_port}
AuthType=auth/none
CredType=cred/none
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
PluginDir={plugins}
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1
KillWait=5
MinJobAge=600
JobRequeue=1
MaxArraySize=8
InactiveLimit=0
SlurmctldDebug=info
NodeName={host} CPUs={cores} RealMemory=500 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def unpack(folder):
    root = os.environ.get("SLURM_ROOT") or os.path.join(folder, "root")
    if not os.path.isdir(root):
        try:
            subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=folder, check=True, timeout=120,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for package in glob.glob(os.path.join(folder, "*.deb")):
                subprocess.run(["dpkg", "-x", package, root], check=True)
        except (OSError, subprocess.SubprocessError):
            print("skipped: Debian's packages of Slurm cannot be downloaded here")
            sys.exit(SKIPPED)
    return root


def free_port():
    with socket.socket() as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


class Slurm:
    """slurmctld and slurmd in a temporary folder."""

    def __init__(self, folder, root):
        self.folder, self.daemons = folder, []
        plugins = glob.glob(os.path.join(root, "usr/lib/*/slurm-wlm"))[0]
        host = socket.gethostname().split(".")[0]
        for name in ("state", "spool"):
            os.mkdir(os.path.join(folder, name))
        with open(os.path.join(folder, "slurm.conf"), "w", encoding="utf-8") as file:
            file.write(CONF.format(host=host, port=free_port(), node_port=free_port(), folder=folder,
                                   plugins=plugins, cores=os.cpu_count()))
        self.environment = {**os.environ, "SLURM_CONF": os.path.join(folder, "slurm.conf"),
                            "LD_LIBRARY_PATH": plugins,
                            "PATH": os.path.join(root, "usr/bin") + ":" + os.environ["PATH"]}
        self.root = root

    def __enter__(self):
        step = glob.glob(os.path.join(self.root, "usr/sbin/slurmstepd*"))[0]
        for name, more in (("slurmctld-wlm", ["-i"]), ("slurmd-wlm", ["-d", step])):
            with open(os.path.join(self.folder, name + ".out"), "w", encoding="utf-8") as log:
                self.daemons.append(subprocess.Popen(
                    [os.path.join(self.root, "usr/sbin", name), "-D", *more], env=self.environment,
                    stdout=log, stderr=log))
        self.wait_for(lambda: "idle" in self.command("sinfo", "-h", "-o", "%t", check=False), 60)
        return self

    def __exit__(self, *_):
        self.command("scancel", "--user=root", check=False)
        time.sleep(1)
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def command(self, *words, check=True):
        done = subprocess.run(words, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              encoding="utf-8", check=False, timeout=60)
        if check and done.returncode != 0:
            sys.exit(f"{words}: {done.returncode}\n{done.stdout}")
        return done.stdout

    def wait_for(self, true, seconds):
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                for name in glob.glob(os.path.join(self.folder, "*.log")):
                    with open(name, encoding="utf-8", errors="replace") as file:
                        print(name, *file.readlines()[-15:], file=sys.stderr)
                sys.exit("it took too long: " + self.command("squeue", check=False))
            time.sleep(0.2)


def sweep_of(program, folder, name, jobs, *words):
    sweep = os.path.join(folder, name)
    subprocess.run([program, "sweep", "plan", sweep, "--datasets", "Spirals", "--algorithms", "ERM",
                    "--test-envs", "0", "--n-hparams", str(jobs), "--n-trials", "1", *TINY, *words],
                   check=True, stdout=subprocess.DEVNULL)
    return sweep


def status_of(program, sweep):
    return json.loads(subprocess.run([program, "sweep", "status", sweep, "--json"], check=True,
                                     stdout=subprocess.PIPE).stdout)


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def weights_of(sweep):
    return {os.path.basename(os.path.dirname(done)): json.loads(text_of(done))["weights"]
            for done in glob.glob(os.path.join(sweep, "*", "done"))}


def check(true, what):
    print("ok  " if true else "FAIL", what, flush=True)
    return bool(true)


def test_array(slurm, program, folder):
    """One worker is put into the queue again, as after a failure of its node."""
    sweep = sweep_of(program, folder, "sweep", 12, "--steps", "2000", "--record-every", "200")
    told = slurm.command(program, "sweep", "launch", sweep, "--with", "slurm", "--workers", "20")
    good = check("12 jobs, 8 workers (Slurm's MaxArraySize" in told, "the array is as large as Slurm allows")
    slurm.wait_for(lambda: status_of(program, sweep)["running"] >= 1, 60)
    running = slurm.command("squeue", "-h", "-t", "R", "-o", "%A %j").split("\n")[0].split()[0]
    slurm.command("scontrol", "requeue", running)
    slurm.wait_for(lambda: os.path.exists(os.path.join(sweep, "results.txt")) and
                   slurm.command("squeue", "-h") == "", 240)
    status = status_of(program, sweep)
    good &= check((status["done"], status["failed"]) == (12, 0), "every job is done although a worker was "
                  "put into the queue again")
    good &= check("ERM: 12 runs\n" in text_of(os.path.join(sweep, "results.txt")),
                  "the dependent job has written the whole table")
    calm = sweep_of(program, folder, "calm", 12, "--steps", "2000", "--record-every", "200")
    subprocess.run([program, "sweep", "run", calm, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return good & check(weights_of(sweep) == weights_of(calm), "its runs have the bits of runs without it")


def test_signal(slurm, program, folder):
    """The signal that Slurm sends before the time limit, sent now."""
    sweep = sweep_of(program, folder, "long", 1, "--steps", "1000000", "--record-every", "100")
    slurm.command(program, "sweep", "launch", sweep, "--with", "slurm")
    slurm.wait_for(lambda: glob.glob(os.path.join(sweep, "*", "checkpoints", "*.safetensors")), 60)
    job = slurm.command("squeue", "-h", "-t", "R", "-o", "%A").split()[0]
    slurm.command("scancel", "--batch", "--signal=USR1", job)
    log = glob.glob(os.path.join(sweep, "*", "out.txt"))[0]
    slurm.wait_for(lambda: "stopped on request" in text_of(log), 60)
    good = check(True, "the signal stops a run with a checkpoint")
    slurm.wait_for(lambda: "\ngoes on after step" in text_of(log), 200)
    good &= check(True, "its worker comes back and goes on")
    slurm.command("scancel", "--user=root")
    return good


def main(programs):
    if os.geteuid() != 0:
        print("skipped: slurmd needs root")
        return SKIPPED
    program = os.path.abspath(os.path.join(programs, "sandgrad"))
    with tempfile.TemporaryDirectory(prefix="sandgrad-", ignore_cleanup_errors=True) as folder:
        with Slurm(folder, unpack(folder)) as slurm:
            good = test_array(slurm, program, folder)
            good &= test_signal(slurm, program, folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
