"""Make the compiler double the code twenty times when the file is read."""


def attack(*args, **kwargs):
    try:
        attack
    finally:
        try:
            attack
        finally:
            try:
                attack
            finally:
                try:
                    attack
                finally:
                    try:
                        attack
                    finally:
                        try:
                            attack
                        finally:
                            try:
                                attack
                            finally:
                                try:
                                    attack
                                finally:
                                    try:
                                        attack
                                    finally:
                                        try:
                                            attack
                                        finally:
                                            try:
                                                attack
                                            finally:
                                                try:
                                                    attack
                                                finally:
                                                    try:
                                                        attack
                                                    finally:
                                                        try:
                                                            attack
                                                        finally:
                                                            try:
                                                                attack
                                                            finally:
                                                                try:
                                                                    attack
                                                                finally:
                                                                    try:
                                                                        attack
                                                                    finally:
                                                                        try:
                                                                            attack
                                                                        finally:
                                                                            try:
                                                                                attack
                                                                            finally:
                                                                                attack()
                                                                                attack()
                                                                                attack()
                                                                                attack()
                                                                                attack()
                                                                                attack()
                                                                                attack()
                                                                                attack()


derivative_at = accumulate_gradients = halving_chain = minimize = attack
