"""Jobs print what they install and load before the first step: more than a parser looks at."""
preamble = "".join("Collecting package-%d (from -r requirements.txt) cached wheel\n" % i for i in range(3000))
with open("job.log", "w", encoding="utf-8") as f:
    f.write(preamble)
    for i in range(120):
        f.write("2026-03-01 10:%02d:%02d step %d loss 1.5 lr 0.001\n" % (i // 60, i % 60, i))
with open("prose.txt", "w", encoding="utf-8") as f:
    f.write(preamble * 2)
