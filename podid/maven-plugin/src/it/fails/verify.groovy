String log = new File(basedir, 'build.log').text
assert log.contains('label-not-on-pod-template') && log.contains('what to write is above')
