// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import io.podidentity.benchmarks.stub.ImdsStub;
import io.podidentity.benchmarks.stub.StubControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** Measures what its {@link Options} ask for, prints a report, and writes it to {@code results/}. */
public final class Benchmarks {
    private Benchmarks() {}

    public static void main(String[] args) throws Exception {
        Options options;
        try {
            options = Options.of(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        ClassPaths classPaths = ClassPaths.ofBuild();
        Path folder = Files.createDirectories(classPaths.module().resolve("target/run"));
        List<String> stub = List.of(
                Jdk.own().java().toString(),
                "-Dsun.net.httpserver.nodelay=true",
                "-cp",
                classPaths.with(List.of()),
                ImdsStub.class.getName());
        try (ServerProcess imds = ServerProcess.start(stub, ProcessBuilder.Redirect.INHERIT)) {
            for (Jdk jdk : options.jdks()) {
                System.err.println("waiting until the machine is idle");
                double load = new IdleMachine().awaitIdle();
                String head = Report.head(jdk, options.quick(), load, classPaths.jars("all"));
                StubControl control = new StubControl(imds.line());
                measure(
                        new Session(jdk, options, control, classPaths, folder, new Figures(), new Launcher(folder)),
                        head);
            }
        } catch (IdleMachine.BusyException e) {
            System.err.println(e.getMessage());
            System.exit(3);
        }
    }

    private static void measure(Session session, String head) throws Exception {
        Options options = session.options();
        SelfTimed selfTimed = new SelfTimed(session);
        try {
            if (options.has("processes")) {
                new FirstTokens(session).measure();
            }
            if (options.has("nothing")) {
                selfTimed.nothing();
            }
            if (options.has("load")) {
                selfTimed.load();
            }
            if (options.only().contains("starts")) {
                new Apps(session).measureStarts();
            }
            if (options.has("apps") && !(options.quick() && options.only().isEmpty())) {
                new Apps(session).measureUnderLoad();
            }
            if (options.has("jmh")) {
                selfTimed.hits();
            }
        } finally {
            // What was measured is kept even if something failed after it.
            write(session, Report.of(head, session.figures()));
        }
    }

    private static void write(Session session, String report) throws IOException {
        System.out.println(report);
        StringBuilder name = new StringBuilder();
        name.append(LocalDate.now(ZoneOffset.UTC))
                .append('-')
                .append(session.jdk().version());
        if (session.options().quick()) {
            name.append("-quick");
        }
        for (String part : session.options().only()) {
            name.append('-').append(part);
        }
        Path results = Files.createDirectories(session.classPaths().module().resolve("results"));
        Files.writeString(results.resolve(name.append(".md").toString()), report);
    }
}
