package io.podidentity.benchmarks.stub;

import io.podidentity.benchmarks.process.Command;
import io.podidentity.benchmarks.process.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that is called {@code az}, answers after 5 ms with a token, and counts its calls. */
public final class AzStub {
    private static final long LIFE_SECONDS = 4_000;

    private final Path folder;

    private AzStub(Path folder) {
        this.folder = folder;
    }

    /** Puts one into a folder of that folder. */
    public static AzStub in(Path parent) throws IOException {
        Path folder = Files.createDirectories(parent.resolve("az-stub"));
        Launcher.script("az", folder);
        AzStub stub = new AzStub(folder);
        Files.writeString(stub.callsFile(), "");
        long now = System.currentTimeMillis() / 1000;
        Files.writeString(stub.answerFile(), answer(now));
        return stub;
    }

    /** The same command with this az on its PATH. */
    public Command on(Command command) {
        return command.withVariable("PATH", folder + ":" + command.environment().get("PATH"))
                .withVariable("AZ_STUB_CALLS", callsFile().toString())
                .withVariable("AZ_STUB_ANSWER", answerFile().toString());
    }

    /** How often it was called. */
    public long calls() throws IOException {
        return Files.size(callsFile());
    }

    private Path callsFile() {
        return folder.resolve("calls");
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
