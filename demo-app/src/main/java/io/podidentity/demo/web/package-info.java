/** Filters for every answer, and the log line with the address of the page. */
@NullMarked
package io.podidentity.demo.web;

import org.jspecify.annotations.NullMarked;
