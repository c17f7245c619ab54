package io.podidentity.demo.page;

import io.podidentity.demo.DemoProperties;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Explanation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * The identity for the page. After a failure, people load the page again and again: these loads wait only briefly for a
 * new attempt, which goes on behind them, and show the last failure if it takes longer.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
@Component
final class SignIn implements DisposableBean {
    /** Long enough for the Azure CLI after 'az login'. */
    private static final Duration PATIENCE = Duration.ofMillis(1_500);

    private final AzureServiceTokenProvider provider;
    private final String resource;
    private final ExecutorService behind = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "sign-in");
        thread.setDaemon(true);
        return thread;
    });

    private volatile @Nullable Explanation failure;
    private @Nullable CompletableFuture<Explanation> attempt;

    SignIn(AzureServiceTokenProvider provider, DemoProperties properties) {
        this.provider = provider;
        this.resource = properties.resource();
    }

    /** Where the token comes from, or why there is none. */
    Explanation explain() {
        Explanation last = failure;
        if (last == null) {
            return ask();
        }
        try {
            return attempt().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return last;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return last;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private synchronized CompletableFuture<Explanation> attempt() {
        if (attempt == null || attempt.isDone()) {
            attempt = CompletableFuture.supplyAsync(this::ask, behind);
        }
        return attempt;
    }

    private Explanation ask() {
        Explanation explanation = provider.explain(resource);
        failure = explanation.hasToken() ? null : explanation;
        return explanation;
    }

    @Override
    public void destroy() {
        behind.shutdownNow();
    }
}
