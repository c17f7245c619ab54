package io.podidentity.benchmarks;

import io.podidentity.benchmarks.load.LiveThreads;
import io.podidentity.benchmarks.load.TwoCalls;
import io.podidentity.benchmarks.process.Command;
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

/** Whole processes, from their start to their end, that get one token. */
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
    /** The classes of ours that a first token takes. */
    private List<String> own = List.of();

    FirstTokens(Session session) {
        this.session = session;
        this.figures = session.figures;
    }

    void measure() throws IOException, InterruptedException {
        session.stub.behave(Behaviour.USUAL);
        session.say("first token from IMDS");
        own = classes(TokenProvider.class).own();
        for (int round = 0; round <= session.options.rounds(); round++) {
            for (Class<?> program : IMDS) {
                Run run = session.run(Network.OPEN, imds(program));
                note("imds", program, round, run);
            }
        }
        footprint();
        if (!Launcher.canMakeNetworks()) {
            session.say("no right to make networks: nothing through az, nothing where nothing is there");
            return;
        }
        session.say("first token through az");
        AzStub az = AzStub.in(session.folder);
        for (int round = 0; round <= session.options.rounds(); round++) {
            for (Class<?> program : AZ) {
                Command command = az.on(session.alone(group(program), program));
                note("az", program, round, session.run(Network.NO_ROUTE, command));
                note("az-second", program, round, session.run(Network.NO_ROUTE, command));
                note("az-black-hole", program, round, session.run(Network.BLACK_HOLE, command));
            }
        }
        twoCalls(az);
    }

    private Command imds(Class<?> program) throws IOException {
        String[] arguments = program == UrlConnectionAndClasses.class ? own.toArray(String[]::new) : new String[0];
        return session.withImds(group(program), program, arguments);
    }

    private LoadedClasses classes(Class<?> program) throws IOException {
        Path log = session.folder.resolve("classes.log");
        session.run(Network.OPEN, imds(program).withFlag("-Xlog:class+load:file=" + log));
        return LoadedClasses.of(Files.readString(log));
    }

    private void note(String scenario, Class<?> program, int round, Run run) {
        // The first round warms the machine's caches, and the stub.
        if (round > 0) {
            String name = scenario + "." + program.getSimpleName() + ".";
            figures.add(name + "wall ms", run.wallMillis());
            figures.add(name + "cpu ms", run.cpuMillis());
            figures.add(name + "peak MB", run.peakMegabytes());
        }
    }

    private void footprint() throws IOException {
        session.say("classes, threads and jars");
        for (Class<?> program : IMDS) {
            String name = "footprint." + program.getSimpleName() + ".";
            String group = group(program);
            LoadedClasses classes = classes(program);
            figures.add(name + "classes", classes.all());
            figures.add(name + "from class path", classes.fromClassPath());
            figures.add(name + "own classes", (double) classes.own().size());
            figures.add(name + "jars", session.classPaths.count(group));
            figures.add(name + "jar kB", session.classPaths.bytes(group) / 1024.0);
        }
        for (String client :
                List.of("none", "TokenProvider", "Msal4jManagedIdentity", "AzureIdentityManagedIdentity")) {
            Command command = session.withImds(Peers.group(client), LiveThreads.class, client);
            String row = "footprint." + (client.equals("none") ? "JvmHello" : client);
            for (String line :
                    session.run(Network.OPEN, command).output().lines().toList()) {
                String value = line.substring(line.indexOf('=') + 1);
                figures.add(row + (line.startsWith("own") ? ".own threads" : ".threads"), Double.parseDouble(value));
            }
        }
    }

    private void twoCalls(AzStub az) throws IOException {
        for (String client : List.of("TokenProvider", "AzureIdentityCli", "AzureIdentityDefault")) {
            Command command = az.on(session.alone(Peers.group(client), TwoCalls.class, client));
            long before = az.calls();
            Run run = session.run(Network.NO_ROUTE, command);
            figures.addAll("two-calls." + client, run.output());
            figures.add("two-calls." + client + ".az processes", (double) (az.calls() - before));
        }
    }

    private static String group(Class<?> program) {
        return Peers.group(program.getSimpleName());
    }
}
