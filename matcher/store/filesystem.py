"""Which drive a folder is on, as far as the system tells."""

from __future__ import annotations

from pathlib import Path

NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"})
"""File systems whose locks and shared memory SQLite's WAL cannot rely on."""


def network_filesystem(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The name of the network file system under `folder`, or "" for a local one.

    Read from Linux's mount table. Other systems have none, so there the answer is always "".
    """
    try:
        lines = mounts.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    folder = folder.resolve()
    best, kind = -1, ""
    for line in lines:
        _, point, name, *_ = line.split(" ")
        where = Path(point.replace("\\040", " "))
        # Of two mounts on one folder the later one is seen.
        if (folder == where or where in folder.parents) and len(where.parts) >= best:
            best, kind = len(where.parts), name
    return kind if kind in NETWORK else ""
