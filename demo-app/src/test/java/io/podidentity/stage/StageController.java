// SPDX-License-Identifier: Apache-2.0
package io.podidentity.stage;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/** {@code POST /stage/...}: turns the switches, which the page shows because of the advice. */
@Controller
@RequestMapping("/stage")
@ControllerAdvice("io.podidentity.demo.page")
public final class StageController {
    private final Stage stage;
    private final AzureServiceTokenProvider provider;
    private final Restart restart;

    StageController(Stage stage, AzureServiceTokenProvider provider, Restart restart) {
        this.stage = stage;
        this.provider = provider;
        this.restart = restart;
    }

    /** The page of the demo has no forms, so its policy forbids them. */
    @ModelAttribute("stage")
    Stage stage(HttpServletResponse response) {
        String policy = response.getHeader("Content-Security-Policy");
        if (policy != null) {
            response.setHeader("Content-Security-Policy", policy.replace("form-action 'none'", "form-action 'self'"));
        }
        return stage;
    }

    @PostMapping("/trouble")
    String trouble(
            @RequestParam("name") Trouble trouble,
            @RequestHeader(name = "Sec-Fetch-Site", defaultValue = "") String site) {
        requireOwnPage(site);
        stage.turn(trouble);
        // What is broken is noticed only by asking again.
        provider.invalidate();
        return "redirect:/";
    }

    @PostMapping("/expire")
    String expire(@RequestHeader(name = "Sec-Fetch-Site", defaultValue = "") String site) {
        requireOwnPage(site);
        provider.invalidate();
        return "redirect:/";
    }

    @PostMapping("/host")
    ResponseEntity<String> host(
            @RequestParam("name") Host host, @RequestHeader(name = "Sec-Fetch-Site", defaultValue = "") String site) {
        requireOwnPage(site);
        restart.in(host);
        return ResponseEntity.ok()
                .header("Refresh", "5; url=/")
                .contentType(MediaType.TEXT_HTML)
                .body("<!DOCTYPE html><html lang=\"en\"><title>The demo starts again</title><p>The demo starts"
                        + " again.</html>");
    }

    private static void requireOwnPage(String site) {
        if (!site.equals("same-origin")) {
            throw new ResponseStatusException(HttpStatus.FORBIDDEN, "Only the demo's own page may do this");
        }
    }
}
