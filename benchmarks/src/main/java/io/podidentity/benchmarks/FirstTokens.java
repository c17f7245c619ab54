package io.podidentity.benchmarks;

import io.podidentity.benchmarks.load.LiveThreads;
import io.podidentity.benchmarks.load.TwoCalls;
import io.podidentity.benchmarks.process.Launcher;
import io.podidentity.benchmarks.process.Network;
import io.podidentity.benchmarks.process.Run;
import io.podidentity.benchmarks.programs.AzureIdentityCli;
import io.podidentity.benchmarks.programs.AzureIdentityDefault;
import io.podidentity.benchmarks.programs.AzureIdentityManagedIdentity;
import io.podidentity.benchmarks.programs.BareProcessBuilder;
import io.podidentity.benchmarks.programs.JdkHttpClient;
import io.podidentity.benchmarks.programs.JvmHello;
import io.podidentity.benchmarks.programs.Msal4jManagedIdentity;
import io.podidentity.benchmarks.programs.RawSocket;
import io.podidentity.benchmarks.programs.TokenProvider;
import io.podidentity.benchmarks.programs.UrlConnection;
import io.podidentity.benchmarks.programs.UrlConnectionAndClasses;
import io.podidentity.benchmarks.programs.UrlConnectionAndJar;
import io.podidentity.benchmarks.report.Figures;
import io.podidentity.benchmarks.stub.AzStub;
import io.podidentity.benchmarks.stub.Behaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whole processes that get one token, from their start to their end. */
final class FirstTokens {
    private static final List<Class<?>> IMDS = List.of(
            JvmHello.class,
            RawSocket.class,
            UrlConnection.class,
            UrlConnectionAndJar.class,
            UrlConnectionAndClasses.class,
            JdkHttpClient.class,
            TokenProvider.class,
            Msal4jManagedIdentity.class,
            AzureIdentityManagedIdentity.class,
            AzureIdentityDefault.class);
    private static final List<Class<?>> AZ =
            List.of(BareProcessBuilder.class, TokenProvider.class, AzureIdentityCli.class, AzureIdentityDefault.class);

    private final Session session;
    private final Figures figures;
    private final Path ownJar;
    /** The classes of the token provider that a first token loads. */
    private List<String> own = List.of();

    FirstTokens(Session session) throws IOException {
        this.session = session;
        this.figures = session.figures;
        this.ownJar = session.classPaths.jars("token-provider").get(0);
    }

    void measure() throws IOException, InterruptedException {
        session.stub.behave(Behaviour.USUAL);
        session.say("first token from IMDS");
        own = session.classes(imds(TokenProvider.class), ownJar).own().stream()
                // Classes that are made at run time have no name to load them by.
                .filter(name -> !name.contains("/"))
                .toList();
        for (int round = 0; round <= session.options.rounds(); round++) {
            for (Class<?> program : IMDS) {
                session.noteAfterFirst(
                        "imds", program.getSimpleName(), round, session.run(Network.OPEN, imds(program)));
            }
        }
        footprint();
        if (!Launcher.canMakeNetworks()) {
            session.say("no right to make networks: leaving out az and networks without a token source");
            return;
        }
        session.say("first token through az");
        AzStub az = AzStub.in(session.folder);
        for (int round = 0; round <= session.options.rounds(); round++) {
            for (Class<?> program : AZ) {
                String name = program.getSimpleName();
                ProcessBuilder command = az.on(session.alone(name, program));
                session.noteAfterFirst("az", name, round, session.run(Network.NO_ROUTE, command));
                session.noteAfterFirst("az-second", name, round, session.run(Network.NO_ROUTE, command));
                session.noteAfterFirst("az-black-hole", name, round, session.run(Network.BLACK_HOLE, command));
            }
        }
        twoCalls(az);
    }

    private ProcessBuilder imds(Class<?> program) throws IOException {
        String[] arguments = program == UrlConnectionAndClasses.class ? own.toArray(String[]::new) : new String[0];
        return session.withImds(program.getSimpleName(), program, arguments);
    }

    private void footprint() throws IOException {
        session.say("classes, threads and jars");
        for (Class<?> program : IMDS) {
            String name = "footprint." + program.getSimpleName() + ".";
            LoadedClasses classes = session.classes(imds(program), ownJar);
            figures.add(name + "classes", classes.all());
            figures.add(name + "from class path", classes.fromClassPath());
            figures.add(name + "own classes", classes.own().size());
            List<Path> jars = session.classPaths.jars(Peers.group(program.getSimpleName()));
            long bytes = 0;
            for (Path jar : jars) {
                bytes += Files.size(jar);
            }
            figures.add(name + "jars", jars.size());
            figures.add(name + "jar kB", bytes / 1024.0);
        }
        for (String client :
                List.of("none", "TokenProvider", "Msal4jManagedIdentity", "AzureIdentityManagedIdentity")) {
            Run run = session.run(Network.OPEN, session.withImds(client, LiveThreads.class, client));
            figures.addAll("footprint." + (client.equals("none") ? "JvmHello" : client), run.output());
        }
    }

    private void twoCalls(AzStub az) throws IOException {
        for (String client : List.of("TokenProvider", "AzureIdentityCli", "AzureIdentityDefault")) {
            long before = az.calls();
            Run run = session.run(Network.NO_ROUTE, az.on(session.alone(client, TwoCalls.class, client)));
            figures.addAll("two-calls." + client, run.output());
            figures.add("two-calls." + client + ".az processes", (double) (az.calls() - before));
        }
    }
}
