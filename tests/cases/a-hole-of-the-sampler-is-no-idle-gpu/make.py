from case_logs import gpu_run

# A busy host: from the second minute on, four samples of thirty do not come.
gpu_run("pstate", 1, ((i, lambda busy: "P0") for i in range(1800) if i <= 60 or i % 30 not in (1, 2, 3, 4)))
