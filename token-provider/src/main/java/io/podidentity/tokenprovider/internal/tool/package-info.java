/**
 * Developer tools that issue tokens (Azure CLI, Azure Developer CLI, Azure PowerShell), and how their processes are
 * run. Start with {@link io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.tool;

import org.jspecify.annotations.NullMarked;
