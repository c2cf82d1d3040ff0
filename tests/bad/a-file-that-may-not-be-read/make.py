import os
open("secret.csv", "w").write("timestamp, utilization.gpu [%]\n")
os.chmod("secret.csv", 0)
