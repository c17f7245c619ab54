package io.podidentity.benchmarks.stub;

import io.podidentity.benchmarks.process.Jdk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The stub in a process of its own, so that its work is not counted with that of whom it serves. */
public final class StubProcess implements AutoCloseable {
    private final Process process;
    private final StubControl control;

    private StubProcess(Process process, StubControl control) {
        this.process = process;
        this.control = control;
    }

    /**
     * Starts it.
     *
     * @param classPath where its classes are
     */
    public static StubProcess start(Jdk jdk, String classPath) throws IOException {
        Process process = new ProcessBuilder(
                        jdk.java().toString(),
                        "-Dsun.net.httpserver.nodelay=true",
                        "-cp",
                        classPath,
                        ImdsStub.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String url = process.inputReader(StandardCharsets.US_ASCII).readLine();
        if (url == null) {
            throw new IOException("the stub did not start");
        }
        return new StubProcess(process, new StubControl(url));
    }

    /** How to talk to it. */
    public StubControl control() {
        return control;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
