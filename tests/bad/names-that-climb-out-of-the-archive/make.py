import io
import tarfile
with tarfile.open("bundle.tar.gz", "w:gz") as tar:
    for name in ("../../escaped.log", "/tmp/whyslow-escaped.log", "deep/plain.log"):
        data = b"nobody knows this\n"
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    link = tarfile.TarInfo("link.log")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    tar.addfile(link)
