// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import io.podidentity.benchmarks.Launcher.Network;
import io.podidentity.benchmarks.programs.FirstCall;
import io.podidentity.benchmarks.programs.JvmHello;
import io.podidentity.benchmarks.programs.LiveThreads;
import io.podidentity.benchmarks.programs.UrlConnection;
import io.podidentity.benchmarks.stub.SampleToken;
import io.podidentity.benchmarks.stub.StubControl.Behaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Whole processes that get one token, from their start to their end. */
final class FirstTokens {
    private static final String AND_JAR = "UrlConnectionAndJar";
    private static final List<String> IMDS = List.of(
            "JvmHello",
            "UrlConnection",
            AND_JAR,
            "UrlConnectionAndClasses",
            "TokenProvider",
            "Msal4jManagedIdentity",
            "AzureIdentityManagedIdentity",
            "AzureIdentityDefault");
    private static final List<String> AZ =
            List.of("BareProcessBuilder", "TokenProvider", "AzureIdentityCli", "AzureIdentityDefault");

    private final Session session;
    private final Figures figures;
    private final Path ownJar;
    /** The classes of the token provider that a first token loads. */
    private List<String> own = List.of();

    FirstTokens(Session session) throws IOException {
        this.session = session;
        this.figures = session.figures();
        this.ownJar = session.classPaths().jars("token-provider").get(0);
    }

    void measure() throws IOException, InterruptedException {
        session.stub().behave(Behaviour.USUAL);
        session.say("first token from IMDS");
        own = session.classes(imds("TokenProvider"), ownJar).own().stream()
                // Classes that are made at run time have no name to load them by.
                .filter(name -> !name.contains("/"))
                .toList();
        for (int round = 0; round <= session.options().rounds(); round++) {
            for (String name : IMDS) {
                session.noteAfterFirst("imds", name, round, session.run(Network.OPEN, imds(name)));
            }
        }
        footprint();
        if (!Launcher.canMakeNetworks()) {
            session.say("no right to make networks: leaving out az and networks without a token source");
            return;
        }
        session.say("first token through az");
        AzStub az = AzStub.in(session.folder());
        for (int round = 0; round <= session.options().rounds(); round++) {
            for (String name : AZ) {
                ProcessBuilder command = az.on(session.alone(name, program(name), arguments(name)));
                session.noteAfterFirst("az", name, round, session.run(Network.NO_ROUTE, command));
            }
        }
    }

    private ProcessBuilder imds(String name) throws IOException {
        return session.withImds(name, program(name), arguments(name));
    }

    private static Class<?> program(String name) {
        if (name.startsWith("UrlConnection")) {
            return UrlConnection.class;
        }
        try {
            String className = JvmHello.class.getPackageName() + "." + name;
            return Class.forName(className, false, JvmHello.class.getClassLoader());
        } catch (ClassNotFoundException peer) {
            // The peers have no program of their own.
            return FirstCall.class;
        }
    }

    private String[] arguments(String name) {
        if (name.equals("UrlConnection")) {
            return new String[0];
        }
        if (name.equals(AND_JAR)) {
            return new String[] {"io.podidentity.tokenprovider.TokenSource"};
        }
        if (name.equals("UrlConnectionAndClasses")) {
            return own.toArray(String[]::new);
        }
        return new String[] {name};
    }

    private void footprint() throws IOException {
        session.say("classes, threads and jars");
        for (String name : IMDS) {
            String row = "footprint." + name + ".";
            LoadedClasses classes = session.classes(imds(name), ownJar);
            figures.add(row + "classes", classes.all());
            figures.add(row + "from class path", classes.fromClassPath());
            figures.add(row + "own classes", classes.own().size());
            List<Path> jars = session.jars(name);
            long bytes = 0;
            for (Path jar : jars) {
                bytes += Files.size(jar);
            }
            figures.add(row + "jars", jars.size());
            figures.add(row + "jar kB", bytes / 1024.0);
        }
        for (String client :
                List.of("none", "TokenProvider", "Msal4jManagedIdentity", "AzureIdentityManagedIdentity")) {
            Launcher.Run run = session.run(Network.OPEN, session.withImds(client, LiveThreads.class, client));
            String row = client;
            if (client.equals("none")) {
                row = "JvmHello";
            }
            figures.addAll("footprint." + row, run.output());
        }
    }

    /** A program called {@code az} that answers with a token after 5 ms. */
    private record AzStub(Path folder) {
        private static final long LIFE_SECONDS = 4_000;

        /** Writes one into a new folder inside that folder. */
        static AzStub in(Path parent) throws IOException {
            Path folder = Files.createDirectories(parent.resolve("az-stub"));
            Launcher.script("az", folder);
            AzStub stub = new AzStub(folder);
            long now = System.currentTimeMillis() / 1000;
            Files.writeString(stub.answerFile(), answer(now));
            return stub;
        }

        /** Puts this az on the PATH of a program, and returns the program. */
        ProcessBuilder on(ProcessBuilder program) {
            Map<String, String> environment = program.environment();
            environment.merge("PATH", folder.toString(), (path, first) -> first + ":" + path);
            environment.put("AZ_STUB_ANSWER", answerFile().toString());
            return program;
        }

        private Path answerFile() {
            return folder.resolve("answer.json");
        }

        private static String answer(long now) {
            return "{\n  \"accessToken\": \"" + SampleToken.of("https://storage.azure.com/", now, LIFE_SECONDS, 1)
                    + "\",\n  \"expiresOn\": \"2099-01-01 00:00:00.000000\",\n  \"expires_on\": " + (now + LIFE_SECONDS)
                    + ",\n  \"subscription\": \"44444444-4444-4444-4444-444444444444\",\n"
                    + "  \"tenant\": \"11111111-1111-1111-1111-111111111111\",\n  \"tokenType\": \"Bearer\"\n}\n";
        }
    }
}
