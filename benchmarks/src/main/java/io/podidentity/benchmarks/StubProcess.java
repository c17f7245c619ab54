package io.podidentity.benchmarks;

import io.podidentity.benchmarks.stub.ImdsStub;
import io.podidentity.benchmarks.stub.StubControl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The stub in a process of its own, so that its work is not counted as that of the programs it serves. */
record StubProcess(Process process, StubControl control) implements AutoCloseable {

    static StubProcess start(Jdk jdk, ClassPaths classPaths) throws IOException {
        Process process = new ProcessBuilder(
                        jdk.java().toString(),
                        "-Dsun.net.httpserver.nodelay=true",
                        "-cp",
                        classPaths.with(List.of()),
                        ImdsStub.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String url = process.inputReader(StandardCharsets.US_ASCII).readLine();
        if (url == null) {
            throw new IOException("the stub did not start");
        }
        return new StubProcess(process, new StubControl(url));
    }

    @Override
    public void close() {
        process.destroy();
    }
}
