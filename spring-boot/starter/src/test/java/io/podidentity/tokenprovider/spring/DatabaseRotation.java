// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import com.zaxxer.hikari.HikariDataSource;
import io.podidentity.tokenprovider.TokenListener;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A Boot application that borrows connections of its pool for some seconds, from several threads, each time a newly
 * opened one, and then uses the open ones while no token can be had. Run by the end-to-end step of databases, against a
 * real PostgreSQL; the settings come from its environment.
 *
 * <p>Arguments: seconds of rotation, seconds without tokens, and the command that ends the emulated Azure. Prints one
 * line, and exits with 1 if any borrow failed.
 */
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = R2dbcAutoConfiguration.class)
@SuppressWarnings("SystemOut")
public class DatabaseRotation {
    private static final int THREADS = 4;

    private final AtomicInteger tokens = new AtomicInteger();
    private final AtomicInteger borrowed = new AtomicInteger();
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();

    @Bean
    TokenListener countingListener() {
        return event -> {
            if (event.kind() == TokenListener.Kind.ACQUIRED || event.kind() == TokenListener.Kind.REFRESHED) {
                tokens.incrementAndGet();
            }
        };
    }

    public static void main(String[] args) throws Exception {
        var application = new SpringApplicationBuilder(DatabaseRotation.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .run();
        try (application) {
            application.getBean(DatabaseRotation.class).measure(application.getBean(HikariDataSource.class), args);
        }
    }

    private void measure(HikariDataSource pool, String[] args) throws Exception {
        String user = new JdbcTemplate(pool).queryForObject("select current_user", String.class);
        during(Duration.ofSeconds(Long.parseLong(args[0])), pool, true);
        int opened = borrowed.get();
        new ProcessBuilder(args[2].split(" ", -1)).inheritIO().start().waitFor();
        during(Duration.ofSeconds(Long.parseLong(args[1])), pool, false);

        System.out.println("user " + user + ", tokens " + tokens + ", opened " + opened
                + ", used while no token could be had " + (borrowed.get() - opened) + ", failures " + failures);
        if (!failures.isEmpty() || tokens.get() == 0) {
            System.exit(1);
        }
    }

    private void during(Duration time, HikariDataSource pool, boolean opensEach) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> {
                while (System.nanoTime() < end) {
                    borrow(pool, opensEach);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void borrow(HikariDataSource pool, boolean opensEach) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("select 1")) {
            answer.next();
            borrowed.incrementAndGet();
            if (opensEach) {
                pool.evictConnection(connection);
            }
        } catch (SQLException e) {
            failures.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
        }
    }
}
