import os
if os.geteuid() == 0:
    print("root may read every file")
