import shutil
shutil.copytree("../before", "../out")
