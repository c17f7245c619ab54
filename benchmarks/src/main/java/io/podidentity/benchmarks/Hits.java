package io.podidentity.benchmarks;

import io.podidentity.benchmarks.jmh.JmhSession;
import io.podidentity.benchmarks.stub.Behaviour;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The microbenchmarks, in a process of their own with all jars on its class path. */
record Hits(Session session) {

    void measure() throws IOException, InterruptedException {
        session.say("cached tokens");
        String length = session.options.quick() ? "quick" : "full";
        session.figures.addAll("jmh", run(session.classPaths.jars("all"), length));
    }

    /**
     * Runs them once, and returns a line for each figure.
     *
     * @param jars the whole class path
     * @param length as {@link JmhSession} has it
     */
    String run(List<Path> jars, String length) throws IOException, InterruptedException {
        session.stub.behave(Behaviour.USUAL);
        Path log = session.folder.resolve("jmh-" + session.jdk.version());
        Process process = session.withImds(jars, JmhSession.class, length, log.toString())
                .redirectError(ProcessBuilder.Redirect.appendTo(new File(log + ".err")))
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("the microbenchmarks failed, see " + log + ".err");
        }
        return output;
    }
}
