package io.podidentity.benchmarks;

import io.podidentity.benchmarks.stub.SampleToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A program called {@code az} that answers with a token after 5 ms. */
record AzStub(Path folder) {
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
