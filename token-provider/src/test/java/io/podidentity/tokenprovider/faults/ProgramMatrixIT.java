// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every program against everything that can be wrong with one: real scripts in real processes. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProgramMatrixIT {
    private static final Pattern CHOSEN = Pattern.compile(System.getProperty("podidentity.faults", ".*"));
    private static final String RESOURCE = "https://storage.azure.com";
    /** Of calls that only it ends; a tool gets four fifths of it. */
    private static final Duration SHORT = Duration.ofMillis(Integer.getInteger("podidentity.faults.deadline", 600));

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration GRACE = Duration.ofMillis(Integer.getInteger("podidentity.faults.grace", 20_000));

    @TempDir
    private Path folder;

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        ThreadsOfOurs.awaitNone();
    }

    @ParameterizedTest
    @EnumSource
    void getAccessToken_whateverIsWrongWithTheProgram_isAsTheTableSays(Program program) throws Exception {
        List<ProgramFault> faults = ProgramFault.all().stream()
                .filter(fault -> CHOSEN.matcher(fault.name).matches())
                .toList();
        // All before the first process: one that is started meanwhile would hold a script open, which then is busy.
        for (ProgramFault fault : faults) {
            Path place = Files.createDirectory(folder.resolve(fault.name));
            fault.setup.install(place.resolve(program.file()), program.answer());
        }
        ExecutorService waiting = Executors.newCachedThreadPool();
        ExecutorService working = Executors.newFixedThreadPool(2);
        List<Future<String>> outcomes = new ArrayList<>();
        try {
            for (ProgramFault fault : faults) {
                outcomes.add((fault.hangs() ? waiting : working).submit(() -> outcome(program, fault)));
            }
            StringBuilder wrong = new StringBuilder();
            for (Future<String> outcome : outcomes) {
                wrong.append(outcome.get());
            }
            assertThat(wrong.toString()).isEmpty();
        } finally {
            waiting.shutdownNow();
            working.shutdownNow();
        }
    }

    /** What is not as it should be; empty if all is. */
    private String outcome(Program program, ProgramFault fault) throws IOException, InterruptedException {
        // What its processes and their children are known by, wherever they have gone.
        String place = folder.resolve(fault.name).toString();
        Environment environment = new Environment(Map.of("PATH", place), false, false, "/nowhere");
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .environment(Map.of())
                .sources(List.of(program.source(environment)))
                .build();
        Duration deadline = fault.hangs() ? SHORT : LONG;
        long began = System.nanoTime();
        Result result;
        String message;
        try {
            AccessToken token = provider.getAuthenticationResult(
                    TokenRequest.forResource(RESOURCE).withDeadline(deadline));
            result = Result.TOKEN;
            message = token.toString();
        } catch (TokenAcquisitionException e) {
            result = Result.of(e);
            message = e.getMessage();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        StringBuilder wrong = new StringBuilder();
        boolean late = fault.hangs() && result == Result.BUSY;
        if (result != fault.result(program) && !late) {
            wrong.append(" is ").append(result).append(", should be ").append(fault.result(program));
        }
        // On a busy machine a process that is stopped in time can take more than the rest of the time to end.
        boolean unsaid = fault.hangs() && GRACE.compareTo(SHORT) > 0 && says(message, "it has not come back yet");
        if (result != Result.TOKEN && !unsaid && !says(message, fault.reason(program))) {
            wrong.append(" does not say ").append(fault.reason(program));
        }
        if (message.contains(Fault.TOKEN_VALUE.substring(0, 24))) {
            wrong.append(" shows a token");
        }
        if (message.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n') || message.length() > 1_200) {
            wrong.append(" is no text for a log");
        }
        if (took.compareTo(deadline.plus(GRACE)) > 0) {
            wrong.append(" took ").append(took);
        }
        ProcessesOf started = ProcessesOf.variable("PATH", place);
        if (fault.leaves() ? !started.killAll() : !started.awaitNone()) {
            wrong.append(fault.leaves() ? " leaves no process" : " leaves a process");
        }
        return wrong.isEmpty() ? "" : program + " " + fault + wrong + ": " + message.replace('\n', '|') + "\n";
    }

    private static boolean says(String message, String reason) {
        return Pattern.compile(
                        "^  Azure .*: (unavailable|failed) \\(\\d+ ms\\): " + reason + "(: .*| \\(.*\\))?\\.( \\w.*)?$",
                        Pattern.MULTILINE)
                .matcher(message)
                .find();
    }
}
